//! Label sets, and the arithmetic that turns one into the index of a series.

use std::cell::Cell;

use super::{Label, LabelDescriptor, LabelNames, LabelValues, OpenValues};

/// The labels of one metric, as a struct: its fields are the labels.
///
/// Structs with named fields derive it; see the derive macro of the same name. It is implemented
/// for the `'static` form of a struct that borrows.
///
/// A closed label is the label set of a metric without other labels: `Counter<Provider>`. The label
/// name is the type's name in snake case, the `name` in `#[label(name = "..")]` on the enum, or that in
/// `#[metric(label = "..")]` on the metric.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a label set",
    label = "not a label set",
    note = "add `#[derive(LabelSet)]` to a struct with a field for each label (an open one with `#[label(max = ..)]`), or `#[derive(Label)]` to an enum for a single one"
)]
pub trait LabelSet: LabelNames {
    /// The set as it is passed to one call, where open labels can be borrowed.
    type Of<'call>;

    /// The labels in the order of the fields.
    const LABELS: &'static [LabelDescriptor];

    /// Returns the index of the series with these labels.
    #[doc(hidden)]
    fn series_index(of: &Self::Of<'_>, open: OpenLookup<'_>) -> usize;
}

/// Looks up the values of a metric's open labels: those of an observation, or those that are read.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct OpenLookup<'a> {
    values: &'a [OpenValues],
    /// For a reader: whether a value has no series.
    unknown: Option<&'a Cell<bool>>,
}

impl<'a> OpenLookup<'a> {
    /// For an observation: a new value counts against the limit of its label.
    #[inline]
    pub(crate) const fn observed(values: &'a [OpenValues]) -> Self {
        Self {
            values,
            unknown: None,
        }
    }
}

/// Returns the index of the series with these labels, if it can have observations.
pub(crate) fn known_series<L: LabelSet>(of: &L::Of<'_>, values: &[OpenValues]) -> Option<usize> {
    let unknown = Cell::new(false);
    let open = OpenLookup {
        values,
        unknown: Some(&unknown),
    };
    let series = L::series_index(of, open);
    (!unknown.get()).then_some(series)
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
    /// The stride of a label that a metric does not have.
    #[doc(hidden)]
    pub const ABSENT: Self = Self {
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
    pub fn offset<T: Label>(&self, value: &T, open: OpenLookup<'_>) -> usize {
        let Some((index, max)) = self.open else {
            return self.closed(value);
        };
        let digit = open
            .values
            .get(index)
            .map_or(0, |values| match open.unknown {
                None => value.digit(Some((values, max))),
                Some(unknown) => value.with_text(|text| {
                    let known = values.known_digit(text);
                    unknown.set(unknown.get() || known.is_none());
                    known.unwrap_or(0)
                }),
            });
        digit * self.stride
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
