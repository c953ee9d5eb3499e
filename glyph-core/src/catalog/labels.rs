//! The labels of a metric, inferred from the field that holds it, and their names.
//!
//! The function passed to [`metric_labels`] is never called: a `const` infers the label set from it, so that
//! expansions do not name it twice. A misspelled type is one error then, not two.

use crate::{
    descriptor::message::Message,
    label::{LabelDescriptor, LabelSet, LabelValues},
    metric::{Counter, Gauge, Histogram},
};

/// A metric, of which expansions read the label set.
#[doc(hidden)]
pub trait Labelled {
    type Labels;
}

impl<L> Labelled for Counter<L> {
    type Labels = L;
}

impl<L> Labelled for Gauge<L> {
    type Labels = L;
}

impl<L, V> Labelled for Histogram<L, V> {
    type Labels = L;
}

/// One function for all metrics: rustc then reports a type that is no label set in the same words for
/// each metric, and so once in a catalog.
#[doc(hidden)]
#[must_use]
pub const fn metric_labels<C, M: Labelled>(_: fn(&C) -> &M) -> &'static [LabelDescriptor]
where
    M::Labels: LabelSet,
{
    <M::Labels as LabelSet>::LABELS
}

/// Rejects an open label outside of a label set, a label without a name, and a name for the only label
/// of a metric with several.
#[doc(hidden)]
#[track_caller]
pub const fn check_label_names(labels: &[LabelDescriptor], renamed: bool) {
    let [only] = labels else {
        return;
    };
    if matches!(only.values, LabelValues::Open { max: 0 }) {
        Message::new(
            "an open label needs a limit: put it in a label set, on a field with `#[label(max = 128)]`",
        )
        .reject()
    }
    if only.name.is_empty() && renamed {
        Message::new(
            "this label set has several labels: remove `label`, or write `#[label(name = \"..\")]` on a field of \
             the set",
        )
        .reject()
    }
    if only.name.is_empty() {
        Message::new("this type does not name its label: add `#[metric(label = \"..\")]`").reject()
    }
}
