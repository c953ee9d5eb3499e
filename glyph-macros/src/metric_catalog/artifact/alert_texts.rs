//! The labels in the texts of an alert.

use syn::LitStr;

use super::{
    MetricField,
    alert::{Alert, Condition},
};
use crate::{
    diagnostic::Errors,
    metric_catalog::args::IdentOrStr,
    suggestion::{closest, did_you_mean},
};

/// A label in a text that an alert lacks, and that is near to one in its `by(..)`. Either of them may be
/// misspelt.
pub(super) struct Mention {
    pub(super) text: LitStr,
    /// The label in `by(..)`.
    pub(super) near: String,
    /// The error about the text.
    pub(super) message: String,
}

impl MetricField<'_> {
    /// Reports annotations with labels that the alert does not have. Returns those that it may lack.
    pub(super) fn check_annotations(&self, alert: &Alert, errors: &mut Errors) -> Vec<Mention> {
        if matches!(alert.condition, Condition::Expression { .. }) {
            return Vec::new();
        }
        if alert.keeps_labels() {
            self.reject_scope_labels(alert, errors);
            return Vec::new();
        }
        self.check_aggregated(alert, errors)
    }

    /// Reports scope labels in annotations: the series of a gauge are summed over the scope.
    fn reject_scope_labels(&self, alert: &Alert, errors: &mut Errors) {
        let scope = self.known.scope.iter().flat_map(|scope| &scope.labels);
        let scope: Vec<&str> = scope.map(|label| label.name.as_str()).collect();
        for annotation in alert.annotations() {
            let labels = annotation.labels.iter().map(String::as_str);
            for label in
                labels.filter(|label| scope.contains(label) && alert.added(label).is_none())
            {
                errors.at(
                    &annotation.text,
                    format!(
                        "alert `{}` sums over `{label}`, so its text cannot use it: add `by({label})`",
                        alert.name.value()
                    ),
                );
            }
        }
    }
}

impl MetricField<'_> {
    /// Reports labels in annotations that a rule does not keep. Returns those that are near to one which it
    /// keeps: whether that one is a label is known to rustc alone.
    fn check_aggregated(&self, alert: &Alert, errors: &mut Errors) -> Vec<Mention> {
        let by: Vec<String> = alert.by.iter().map(IdentOrStr::value).collect();
        let mut known = by.clone();
        if let Condition::Absent { of, .. } = &alert.condition {
            known.extend(of.matchers.iter().map(|matcher| matcher.label.value()));
        }
        let kept = self.kept_labels();
        let kept: Vec<_> = kept.filter(|label| !known.contains(label)).collect();
        known.extend(kept);
        let name = alert.name.value();
        let mut mentions = Vec::new();
        for annotation in alert.annotations() {
            let labels = annotation.labels.iter();
            for label in labels.filter(|label| !known.contains(label)) {
                let added = alert.added(label).map(|value| added_later(label, value));
                let near = closest(label, &by).filter(|_| added.is_none());
                let message = added.unwrap_or_else(|| unknown(&name, label, &known));
                match near {
                    Some(near) => mentions.push(Mention {
                        text: annotation.text.clone(),
                        near: near.to_owned(),
                        message,
                    }),
                    None => errors.at(&annotation.text, message),
                }
            }
        }
        mentions
    }
}

/// The error of a label that the rule adds to its alerts: Prometheus writes the texts before.
pub(super) fn added_later(label: &str, value: &str) -> String {
    format!(
        "`{{{label}}}` is empty in a text, because the rule adds this label after it: write `{value}`"
    )
}

fn unknown(alert: &str, label: &str, known: &[String]) -> String {
    let mut hint = did_you_mean(label, known);
    if hint.is_empty() {
        hint = format!("add `by({label})`; ");
    }
    let allowed = if known.is_empty() {
        "it has none".to_owned()
    } else {
        format!("allowed: {}", known.join(", "))
    };
    format!("alert `{alert}` has no label `{label}`; {hint}{allowed}")
}
