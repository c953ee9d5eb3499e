//! The text of an annotation: `{provider}` is a label's value, `{{ .. }}` a Prometheus template.

use syn::LitStr;

use crate::diagnostic::Errors;

pub(super) struct Annotation {
    /// In Prometheus's template language.
    pub(super) template: String,
    /// The labels in the text.
    pub(super) labels: Vec<String>,
    pub(super) text: LitStr,
}

impl Annotation {
    pub(super) fn read(text: LitStr, errors: &mut Errors) -> Self {
        let value = text.value();
        let mut annotation = Self {
            template: String::new(),
            labels: Vec::new(),
            text,
        };
        if let Err(problem) = annotation.take(&value) {
            errors.at(&annotation.text, problem);
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

    /// `{{ $labels.provider }}`, copied unchanged.
    fn action<'text>(&mut self, braced: &'text str) -> Result<(String, &'text str), String> {
        let end = braced
            .find("}}")
            .ok_or("unclosed template: add `}}` after `{{`")?;
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
            .ok_or("unclosed placeholder: add `}` after `{`")?;
        let (placeholder, after) = braced.split_at(end + 1);
        let label = placeholder.trim_matches(['{', '}']);
        let is_name = label.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && label
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !is_name {
            return Err(format!(
                "`{placeholder}` is not a label: write `{{provider}}`, or `{{{{ $value }}}}` for a Prometheus template"
            ));
        }
        self.labels.push(label.to_owned());
        Ok((format!("{{{{ $labels.{label} }}}}"), after))
    }
}
