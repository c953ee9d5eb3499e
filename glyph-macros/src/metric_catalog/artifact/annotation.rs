//! The text of an annotation: `{provider}` stands for a label's value, `{{ .. }}` is Prometheus's own.

use syn::LitStr;

use crate::diagnostic::Errors;

pub(super) struct Annotation {
    /// In Prometheus's template language.
    pub(super) template: String,
    /// The labels that it reads.
    pub(super) labels: Vec<String>,
    pub(super) place: LitStr,
}

impl Annotation {
    pub(super) fn read(place: LitStr, errors: &mut Errors) -> Self {
        let text = place.value();
        let mut annotation = Self {
            template: String::new(),
            labels: Vec::new(),
            place,
        };
        if let Err(problem) = annotation.take(&text) {
            errors.at(&annotation.place, problem);
        }
        annotation
    }

    fn take(&mut self, text: &str) -> Result<(), String> {
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, braced) = rest.split_at(open);
            self.template.push_str(before);
            let (taken, after) = if braced.starts_with("{{") {
                self.action(braced)?
            } else {
                self.placeholder(braced)?
            };
            self.template.push_str(&taken);
            rest = after;
        }
        self.template.push_str(rest);
        Ok(())
    }

    /// `{{ $labels.provider }}`, taken over as it is.
    fn action<'text>(&mut self, braced: &'text str) -> Result<(String, &'text str), String> {
        let end = braced
            .find("}}")
            .ok_or("`{{` opens a template that is not closed")?;
        let (action, after) = braced.split_at(end + 2);
        for read in action.split("$labels.").skip(1) {
            let end = read.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
            self.labels
                .push(read.split_at(end.unwrap_or(read.len())).0.to_owned());
        }
        Ok((action.to_owned(), after))
    }

    /// `{provider}`.
    fn placeholder<'text>(&mut self, braced: &'text str) -> Result<(String, &'text str), String> {
        let end = braced
            .find('}')
            .ok_or("`{` opens a placeholder that is not closed")?;
        let (placeholder, after) = braced.split_at(end + 1);
        let label = placeholder.trim_matches(['{', '}']);
        let is_name = label.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && label
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !is_name {
            return Err(format!(
                "`{placeholder}` is no label: write `{{provider}}`, or `{{{{ $value }}}}` for a template of Prometheus"
            ));
        }
        self.labels.push(label.to_owned());
        Ok((format!("{{{{ $labels.{label} }}}}"), after))
    }
}
