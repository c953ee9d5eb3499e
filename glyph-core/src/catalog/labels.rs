//! The labels of a metric, inferred from the field that holds it.
//!
//! The functions passed here are never called: a `const` infers the label set from them, so that
//! expansions do not name it twice. A misspelled type is one error then, not two.

use crate::{
    label::{LabelDescriptor, LabelSet},
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
pub const fn histogram_labels<C, L: LabelSet>(
    _: fn(&C) -> &Histogram<L>,
) -> &'static [LabelDescriptor] {
    L::LABELS
}
