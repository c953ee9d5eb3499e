//! Lists of labels: duplicate and reserved names are errors.

use super::alert_args::LabelArg;
use crate::{diagnostic::Errors, label_name, metric_catalog::args::IdentOrStr};

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
        if name == "severity" || name == "alertname" {
            errors.at(
                &label.name,
                format!("every alert has a label `{name}`: rename this one"),
            );
        } else if kept.iter().any(|(kept, _)| *kept == name) {
            errors.at(&label.name, format!("duplicate label `{name}`: remove one"));
        } else {
            kept.push((name, label.value.value()));
        }
    }
    kept
}
