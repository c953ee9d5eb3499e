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

/// The labels that a rule sets on the alerts of objectives.
pub(super) const OF_OBJECTIVES: [&str; 4] = ["severity", "alertname", "objective", "indicator"];

/// Reports labels to group by that the rule sets too. Series that differ in nothing else would be
/// one alert, which Prometheus rejects.
pub(super) fn check_groups(
    by: &[IdentOrStr],
    set: &[&str],
    added: &[(String, String)],
    errors: &mut Errors,
) {
    for label in by {
        let name = label.value();
        if set.contains(&name.as_str()) {
            let message = format!("the rules set label `{name}`: remove it, or rename the label");
            errors.at(label, message);
        } else if added.iter().any(|(added, _)| *added == name) {
            let message = format!(
                "`labels({name} = ..)` replaces this label, so alerts would not differ: remove one of them"
            );
            errors.at(label, message);
        }
    }
}

/// The additional labels of an alert. `kept_by_rules` are the target labels
/// that rules keep.
pub(super) fn added(
    labels: Vec<LabelArg>,
    kept_by_rules: &[String],
    errors: &mut Errors,
) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for label in labels {
        let name = label.name.value();
        label_name::check(&name, &label.name, errors);
        let value = label.value.value();
        if OF_OBJECTIVES.contains(&name.as_str()) {
            errors.at(
                &label.name,
                format!("the rules set label `{name}`: rename this one"),
            );
        } else if kept_by_rules.contains(&name) && name != "job" {
            errors.at(
                &label.name,
                format!(
                    "rules keep the target label `{name}`, and this one would replace it: rename this one"
                ),
            );
        } else if value.contains('{') {
            errors.at(
                label.value.text(),
                "`labels(..)` has no templates, because routes compare its text: write the value, or \
                 group by the label",
            );
        } else if kept.iter().any(|(kept, _)| *kept == name) {
            errors.at(&label.name, format!("duplicate label `{name}`: remove one"));
        } else {
            kept.push((name, value));
        }
    }
    kept
}
