//! The labels of a metric, inferred from the field that holds it, and their names.
//!
//! The functions passed to most functions here are never called: a `const` infers the label set from them, so that
//! expansions do not name it twice. A misspelled type is one error then, not two.

use crate::{
    descriptor::message::Message,
    label::{LabelDescriptor, LabelSet, LabelValues},
    metric::{Counter, Gauge, Histogram},
};

#[doc(hidden)]
#[must_use]
pub const fn counter_labels<C, L: LabelSet>(
    _: fn(&C) -> &Counter<L>,
) -> &'static [LabelDescriptor] {
    L::LABELS
}

#[doc(hidden)]
#[must_use]
pub const fn gauge_labels<C, L: LabelSet>(_: fn(&C) -> &Gauge<L>) -> &'static [LabelDescriptor] {
    L::LABELS
}

#[doc(hidden)]
#[must_use]
pub const fn histogram_labels<C, L: LabelSet, V>(
    _: fn(&C) -> &Histogram<L, V>,
) -> &'static [LabelDescriptor] {
    L::LABELS
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
