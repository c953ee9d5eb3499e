//! Label sets, and the arithmetic that turns one into the index of a series.

use super::{Label, LabelDescriptor, LabelValues, OpenValues};

/// The labels of one metric, as a struct: its fields are the labels.
///
/// Structs with named fields derive it; see the derive macro of the same name. It is implemented
/// for the `'static` form of a struct that borrows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a label set",
    label = "not a label set",
    note = "derive `LabelSet` on a struct with a field for each label"
)]
pub trait LabelSet {
    /// The set as it is passed to one call, where open labels can be borrowed.
    type Of<'call>;

    /// The labels in the order of the fields.
    const LABELS: &'static [LabelDescriptor];

    /// Returns the index of the series that an observation with these labels belongs to. A new value
    /// of an open label counts against its limit.
    #[doc(hidden)]
    fn series_index(of: &Self::Of<'_>, open: &[OpenValues]) -> usize;

    /// Returns the index of the series with these labels, if it can have observations.
    #[doc(hidden)]
    fn known_series(of: &Self::Of<'_>, open: &[OpenValues]) -> Option<usize>;
}

/// The factor of a label in the index of a series: the label adds its digit times its stride.
///
/// Outcome labels have the smallest strides, then closed labels, then open ones. So a stage can
/// compute its series before it knows the outcome, and series of one combination of open values are
/// next to each other.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct LabelStride {
    pub(crate) stride: usize,
    /// For an open label: its number among the metric's open labels, and its limit.
    pub(crate) open: Option<(usize, usize)>,
}

impl LabelStride {
    pub(crate) const ABSENT: Self = Self {
        stride: 0,
        open: None,
    };

    /// Returns the distance between series whose values are next to each other.
    #[doc(hidden)]
    #[must_use]
    pub const fn stride(&self) -> usize {
        self.stride
    }

    /// Returns, for an open label, its number among the metric's open labels, and its limit.
    #[doc(hidden)]
    #[must_use]
    pub const fn open(&self) -> Option<(usize, usize)> {
        self.open
    }

    /// Returns what `value` adds to the index.
    #[inline]
    pub fn offset<T: Label>(&self, value: &T, open: &[OpenValues]) -> usize {
        if self.stride == 0 {
            return 0;
        }
        let values = self
            .open
            .and_then(|(index, max)| Some((open.get(index)?, max)));
        value.digit(values) * self.stride
    }

    /// Returns what `value` adds to the index of a series that is read. Returns `None` if the value
    /// has no series.
    pub fn known<T: Label>(&self, value: &T, open: &[OpenValues]) -> Option<usize> {
        let Some((index, _)) = self.open else {
            return Some(value.digit(None) * self.stride);
        };
        let digit = value.with_text(|text| open.get(index)?.known_digit(text));
        Some(digit? * self.stride)
    }

    /// Returns what `value` adds to the index if the label is closed. An open label adds nothing: its
    /// value is looked up with the first observation.
    #[doc(hidden)]
    #[inline]
    pub fn closed<T: Label>(&self, value: &T) -> usize {
        if self.stride == 0 || self.open.is_some() {
            return 0;
        }
        value.digit(None) * self.stride
    }
}

/// Returns the strides of the labels.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated in consts, where N is the number of labels"
)]
pub const fn strides<const N: usize>(labels: &[LabelDescriptor]) -> [LabelStride; N] {
    let mut strides = [LabelStride::ABSENT; N];
    let mut stride = 1usize;
    let mut depth = 0;
    while depth < 3 {
        let mut index = N;
        while index > 0 {
            index -= 1;
            if depth_of(&labels[index]) == depth {
                strides[index].stride = stride;
                stride = stride.saturating_mul(labels[index].radix());
            }
        }
        depth += 1;
    }
    let (mut index, mut open) = (0, 0);
    while index < N {
        if let LabelValues::Open { max } = labels[index].values {
            strides[index].open = Some((open, max));
            open += 1;
        }
        index += 1;
    }
    strides
}

const fn depth_of(label: &LabelDescriptor) -> usize {
    match label.values {
        LabelValues::Open { .. } => 2,
        LabelValues::Closed(_) if label.outcomes.is_some() => 0,
        LabelValues::Closed(_) => 1,
    }
}
