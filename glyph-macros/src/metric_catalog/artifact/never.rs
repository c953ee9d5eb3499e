//! Conditions that no program can meet.

use quote::ToTokens;

use super::{
    MetricField,
    condition::Comparison,
    measure::Measure,
    selection::{Matcher, Selection},
};
use crate::{
    diagnostic::Errors,
    metric_catalog::{
        aggregate::Aggregate, args::IdentOrStr, field::Metric, quantity::Threshold, sign::Sign,
    },
};

impl Comparison {
    /// Whether a number between `least` and `most` can meet the comparison.
    fn can_hold(self, threshold: f64, least: f64, most: f64) -> bool {
        match self {
            Self::Above => threshold < most,
            Self::AtLeast => threshold <= most,
            Self::Below => threshold > least,
            Self::AtMost => threshold >= least,
            Self::Equal => (least..=most).contains(&threshold),
            Self::Unequal => threshold > least || threshold < most,
        }
    }
}

impl MetricField<'_> {
    /// Reports a comparison that no value of the measure can meet.
    pub(super) fn check_possible(
        &self,
        measure: &Measure,
        (comparison, value): (Comparison, f64),
        threshold: &Threshold,
        (combined, by): (Option<Aggregate>, &[IdentOrStr]),
        errors: &mut Errors,
    ) {
        if let Some(starts) = self.starts(measure) {
            errors.at(
                threshold,
                format!(
                    "each process counts `{}` once, so no rate shows it: write \
                     `expr = \"changes(process_start_time_seconds[10m]) > 3\"`",
                    starts.ident
                ),
            );
            return;
        }
        let (least, most, reason) = match measure {
            Measure::Value(of) => {
                let Some(metric) = self.liveness(of) else {
                    return;
                };
                let is_sum = combined.map_or(!by.is_empty(), Aggregate::is_sum);
                let most = if is_sum { f64::INFINITY } else { 1.0 };
                let reason = format!(
                    "`{}` is 1 whenever it is scraped, and absent while the process is down; \
                     write `absent`, or `expr = \"up == 0\"`",
                    metric.ident
                );
                (1.0, most, reason)
            }
            Measure::Rate { .. } | Measure::Increase { .. } => {
                (0.0, f64::INFINITY, "it is never below zero".to_owned())
            }
            Measure::Ratio { part, whole, .. } if is_part(part, whole) => {
                (0.0, 1.0, "a share is from 0% to 100%".to_owned())
            }
            Measure::Ratio { .. } | Measure::Quantile { .. } => return,
        };
        if !comparison.can_hold(value, least, most) {
            errors.at(threshold, format!("this alert can never fire: {reason}"));
        }
    }

    /// Reports `by(label)` of a share that selects values of the label: in each group the share is
    /// everything or nothing.
    pub(super) fn check_share_groups(measure: &Measure, by: &[IdentOrStr], errors: &mut Errors) {
        let Measure::Ratio { part, whole, .. } = measure else {
            return;
        };
        if part.metric != whole.metric {
            return;
        }
        for label in by {
            let name = label.value();
            let mut matchers = part.matchers.iter();
            if matchers.any(|matcher| matcher.label.value() == name) {
                errors.at(
                    label,
                    format!(
                        "each group has one `{name}`, so its share is 100% or nothing: remove \
                         `{name}` from `by(..)`"
                    ),
                );
            }
        }
    }

    fn starts(&self, measure: &Measure) -> Option<&Metric> {
        let selections = measure.selections().into_iter();
        let mut metrics = selections.filter_map(|of| self.known.metrics.get(of.metric));
        metrics.find(|metric| matches!(metric.sign, Some(Sign::Starts(_))))
    }

    fn liveness(&self, of: &Selection) -> Option<&Metric> {
        let metric = self.known.metrics.get(of.metric)?;
        matches!(metric.sign, Some(Sign::Liveness(_))).then_some(metric)
    }
}

/// Whether one side of a ratio is a part of the other.
fn is_part(part: &Selection, whole: &Selection) -> bool {
    part.metric == whole.metric && whole.matchers.is_empty()
}

/// Rejects matchers of one label that exclude each other, as in `k = a, k = b`.
pub(super) fn check_matchers(matchers: &[Matcher]) -> syn::Result<()> {
    for (index, matcher) in matchers.iter().enumerate() {
        let label = matcher.label.value();
        let earlier = matchers.iter().take(index);
        let mut same = earlier.filter(|other| other.label.value() == label);
        let Some(earlier) = same.find(|other| exclude(other, matcher)) else {
            continue;
        };
        let values = earlier.values.iter().chain(&matcher.values);
        let values: Vec<_> = values.map(IdentOrStr::value).collect();
        let instead = if earlier.equal && matcher.equal {
            format!("write `{label} = {}`", values.join(" | "))
        } else {
            "remove one".to_owned()
        };
        return Err(syn::Error::new_spanned(
            matcher.label.to_token_stream(),
            format!("no series meets both conditions on `{label}`: {instead}"),
        ));
    }
    Ok(())
}

/// Whether no value meets both matchers of a label.
fn exclude(left: &Matcher, right: &Matcher) -> bool {
    let has = |of: &Matcher, value: &IdentOrStr| {
        let value = value.value();
        of.values.iter().any(|own| own.value() == value)
    };
    match (left.equal, right.equal) {
        (true, true) => !left.values.iter().any(|value| has(right, value)),
        (true, false) => left.values.iter().all(|value| has(right, value)),
        (false, true) => right.values.iter().all(|value| has(left, value)),
        (false, false) => false,
    }
}
