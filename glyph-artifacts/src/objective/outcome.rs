//! The label of a metric that an outcome fills.

use glyph_core::{Outcome, catalog::MetricDescriptor, label::LabelValues};

/// A label whose value depends on the outcome of a call.
pub(crate) struct OutcomeLabel {
    pub(crate) name: &'static str,
    /// The values of failed calls.
    pub(crate) bad: Vec<&'static str>,
    /// The value of successful calls.
    pub(crate) good: Option<&'static str>,
}

/// Returns the outcome label of a metric, if there is one.
pub(crate) fn outcome_label(metric: &MetricDescriptor) -> Option<OutcomeLabel> {
    metric.labels.iter().find_map(|label| {
        let (LabelValues::Closed(values), Some(indices)) = (label.values, label.outcomes) else {
            return None;
        };
        let outcomes = Outcome::ALL.into_iter().zip(indices);
        let failed: Vec<usize> = outcomes
            .clone()
            .filter_map(|(outcome, index)| outcome.is_error().then_some(index))
            .collect();
        let mut outcomes = outcomes;
        let ok = outcomes.find_map(|(outcome, index)| (outcome == Outcome::Ok).then_some(index));
        let indexed = values.iter().enumerate();
        let bad = indexed.filter_map(|(index, value)| failed.contains(&index).then_some(*value));
        Some(OutcomeLabel {
            name: label.name,
            bad: bad.collect(),
            good: ok.and_then(|index| values.get(index)).copied(),
        })
    })
}

/// Returns whether all values of a label are declared.
pub(super) fn is_closed(values: LabelValues) -> bool {
    matches!(values, LabelValues::Closed(_))
}
