//! Labels as they are declared.

use super::{Label, OUTCOME_COUNT};

/// A label as it was declared.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LabelDescriptor {
    /// The label name.
    pub name: &'static str,
    /// The values that it can have.
    pub values: LabelValues,
    /// For a label that an outcome fills: the digit of each of
    /// [`Outcome::ALL`](crate::Outcome::ALL).
    pub outcomes: Option<[usize; OUTCOME_COUNT]>,
    /// The name of its type, if that is marked `#[label(never)]`.
    pub(crate) never: Option<&'static str>,
    /// The Rust type of its values.
    #[cfg(feature = "testing")]
    pub(crate) type_name: fn() -> &'static str,
}

/// The values that a label can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelValues {
    /// One of these.
    Closed(&'static [&'static str]),
    /// Any string. The first `max` values are kept, all later ones are `other`.
    Open {
        /// The limit of distinct values.
        max: usize,
    },
}

impl LabelDescriptor {
    /// The number of digits that the label has in the index of a series.
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

/// Describes a label by the field that holds it. The function is never called: a `const` infers the
/// label's type from it, so that expansions do not name the type twice.
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
        // `check_bound` rejects this, so that the error shows once.
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

/// Describes the label of a metric that has no other, and whose type names it.
#[doc(hidden)]
#[must_use]
pub const fn only_label<T: Label>() -> LabelDescriptor {
    // `check_label_names` rejects the limit zero of an open label.
    label_of(
        |label: &T| label,
        T::SET_NAME,
        if T::VALUES.is_none() { Some(0) } else { None },
    )
}

/// Returns the only label of a metric, under another name. The name is empty if it is not the only one.
#[doc(hidden)]
#[must_use]
pub const fn renamed_label(
    labels: &'static [LabelDescriptor],
    name: &'static str,
) -> LabelDescriptor {
    match labels {
        [label] => LabelDescriptor { name, ..*label },
        // `check_label_names` rejects the empty name, so that the error shows once.
        _ => LabelDescriptor {
            name: "",
            ..only_label::<bool>()
        },
    }
}

/// Returns the number of open labels.
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

/// Returns the number of label combinations, saturating.
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
