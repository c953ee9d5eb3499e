//! The names of the labels of a label set, as fields.

use std::{fmt, marker::PhantomData};

/// The names of the labels of a label set, as the fields of a struct.
///
/// The derive macros of `LabelSet` and `Label` implement it. [`View`](crate::catalog::View) uses it to
/// name a label: `|labels| labels.tool` for a label set, and `|label| label` for a single label.
pub trait LabelNames {
    /// A struct with a [`LabelName`] in place of each label; for a single label, its `LabelName`.
    type Names;

    /// The names.
    #[doc(hidden)]
    const NAMES: Self::Names;
}

/// The name of a label of the label set `L`.
pub struct LabelName<L> {
    index: usize,
    set: PhantomData<fn(L)>,
}

impl<L> LabelName<L> {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(index: usize) -> Self {
        Self {
            index,
            set: PhantomData,
        }
    }

    /// The index among the labels of the set.
    pub(crate) const fn index(self) -> usize {
        self.index
    }
}

impl<L> Clone for LabelName<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for LabelName<L> {}

impl<L> fmt::Debug for LabelName<L> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LabelName({})", self.index)
    }
}
