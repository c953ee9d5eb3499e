//! Lists of labels: duplicate and reserved names are errors.

use syn::parse::{Parse, ParseStream};

use crate::{
    arguments::assigned, diagnostic::Errors, label_name, metric_catalog::args::IdentOrStr,
};

/// `team = "voice"`.
pub(super) struct LabelArg {
    pub(super) name: IdentOrStr,
    pub(super) value: IdentOrStr,
}

impl Parse for LabelArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        Ok(Self {
            name,
            value: assigned(input)?,
        })
    }
}

/// Reports and removes duplicates.
pub(super) fn once(labels: Vec<IdentOrStr>, errors: &mut Errors) -> Vec<IdentOrStr> {
    let mut kept: Vec<IdentOrStr> = Vec::new();
    for label in labels {
        let name = label.value();
        if kept.iter().any(|kept| kept.value() == name) {
            errors.at(label, format!("duplicate label `{name}`: remove one"));
        } else {
            kept.push(label);
        }
    }
    kept
}

/// The additional labels of an alert.
pub(super) fn added(labels: Vec<LabelArg>, errors: &mut Errors) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for label in labels {
        let name = label.name.value();
        label_name::check(&name, &label.name, errors);
        if ["severity", "alertname", "objective", "indicator"].contains(&name.as_str()) {
            errors.at(
                &label.name,
                format!("the rules set label `{name}`: rename this one"),
            );
        } else if kept.iter().any(|(kept, _)| *kept == name) {
            errors.at(&label.name, format!("duplicate label `{name}`: remove one"));
        } else {
            kept.push((name, label.value.value()));
        }
    }
    kept
}
