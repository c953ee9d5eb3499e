//! What is known of a label at compile time.

use super::Label;
use crate::catalog::{StageLabel, message::Message};

/// A label as it was declared.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LabelDescriptor {
    /// The label's name on the page.
    pub name: &'static str,
    /// What it may hold.
    pub values: LabelValues,
    /// For a label that an outcome fills: the digit of each of [`Outcome::ALL`](crate::Outcome::ALL).
    pub outcomes: Option<[usize; 5]>,
    /// The name of its type, where that may be no label.
    pub(crate) never: Option<&'static str>,
    /// The Rust type of its values.
    #[cfg(feature = "testing")]
    pub(crate) type_name: fn() -> &'static str,
}

/// What a label may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LabelValues {
    /// One of these.
    Closed(&'static [&'static str]),
    /// Any text, of which the first `max` are told apart and all others are `other`.
    Open {
        /// How many values are told apart.
        max: usize,
    },
}

impl LabelDescriptor {
    /// How many digits the label has in a row's number.
    pub(crate) const fn radix(&self) -> usize {
        match self.values {
            LabelValues::Closed(values) => values.len(),
            LabelValues::Open { max } => max + 1,
        }
    }

    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.values, LabelValues::Open { .. })
    }
}

/// Describes a label whose type is that of a field. The function is never called: from it a `const`
/// learns the type, which expansions so need not name again.
#[doc(hidden)]
#[must_use]
pub const fn label_of<S, T: Label>(
    _: fn(&S) -> &T,
    name: &'static str,
    max: Option<usize>,
) -> LabelDescriptor {
    let values = match (T::VALUES, max) {
        (Some(values), _) => LabelValues::Closed(values),
        (None, Some(max)) => LabelValues::Open { max },
        // Refused by `check_bound`, where it shows once.
        (None, None) => LabelValues::Open { max: 1 },
    };
    LabelDescriptor {
        name,
        values,
        outcomes: T::OUTCOMES,
        never: T::NEVER,
        #[cfg(feature = "testing")]
        type_name: std::any::type_name::<T>,
    }
}

/// Refuses an open label without a bound, a closed one with one, and one that may be no label.
#[doc(hidden)]
#[track_caller]
pub const fn check_bound(label: &LabelDescriptor, max: Option<usize>) {
    if let Some(never) = label.never {
        refuse_never(&Message::new("label `").text(label.name), never)
    }
    match (label.values, max) {
        (LabelValues::Open { .. }, None) => Message::new("label `")
            .text(label.name)
            .text("` is open: limit its distinct values, `#[label(max = 128)]`")
            .refuse(),
        (LabelValues::Closed(_), Some(_)) => Message::new("label `")
            .text(label.name)
            .text("` is closed, its type lists the values: remove `max`")
            .refuse(),
        _ => {}
    }
}

#[track_caller]
pub(crate) const fn refuse_never(label: &Message, never: &str) -> ! {
    label
        .text("` has type `")
        .text(never)
        .text("`, which is `#[label(never)]`: put it in `fields(..)` of a span instead")
        .refuse()
}

/// Describes a label that a stage asks for, whose type is that of a field.
#[doc(hidden)]
#[must_use]
pub const fn asked_label<S, T: Label>(_: fn(&S) -> &T, name: &'static str) -> StageLabel {
    StageLabel {
        name,
        values: T::VALUES,
        given: false,
        never: T::NEVER,
    }
}

/// Describes a label that a stage gives.
#[doc(hidden)]
#[must_use]
pub const fn given_label<T: Label>(_: &T, name: &'static str) -> StageLabel {
    StageLabel {
        name,
        values: T::VALUES,
        given: true,
        never: T::NEVER,
    }
}

/// How many of the labels are open.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
pub const fn open_labels(labels: &[LabelDescriptor]) -> usize {
    let (mut index, mut open) = (0, 0);
    while index < labels.len() {
        if labels[index].is_open() {
            open += 1;
        }
        index += 1;
    }
    open
}

/// The number of label combinations; saturates.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
pub(crate) const fn cardinality(labels: &[LabelDescriptor]) -> usize {
    let (mut index, mut product) = (0, 1usize);
    while index < labels.len() {
        product = product.saturating_mul(labels[index].radix());
        index += 1;
    }
    product
}
