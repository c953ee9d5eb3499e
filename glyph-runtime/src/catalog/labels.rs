//! The labels of a metric, learnt from the field that holds it.
//!
//! The functions given here are never called: from them a `const` learns the label set, which
//! expansions so need not name again. A type that is misspelt is then one error, not two.

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
