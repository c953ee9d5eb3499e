//! Words for labels: each once, none that Prometheus keeps.

use super::alert_args::LabelArg;
use crate::{diagnostic::Errors, label_name, metric_catalog::args::Word};

/// Labels with each named once.
pub(super) fn once(words: Vec<Word>, errors: &mut Errors) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::new();
    for word in words {
        let name = word.value();
        if kept.iter().any(|kept| kept.value() == name) {
            errors.at(
                word,
                format!("label `{name}` is named twice: leave one out"),
            );
        } else {
            kept.push(word);
        }
    }
    kept
}

/// Labels that an alert has on top.
pub(super) fn added(labels: Vec<LabelArg>, errors: &mut Errors) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for label in labels {
        let name = label.name.value();
        label_name::check(&name, &label.name, errors);
        if name == "severity" || name == "alertname" {
            errors.at(
                &label.name,
                format!("every alert has `{name}` already: choose another name"),
            );
        } else if kept.iter().any(|(kept, _)| *kept == name) {
            errors.at(
                &label.name,
                format!("label `{name}` is given twice: leave one out"),
            );
        } else {
            kept.push((name, label.value.value()));
        }
    }
    kept
}
