//! The values of open labels of a call, in the metrics that every call feeds.

use super::{Hashed, Label, LabelStride, OpenValues};

/// The number of bits of a metric in [`Overflowed`].
const BITS: usize = 16;

/// The open labels of a call whose values are beyond their limits, for each of four metrics.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflowed(u64);

impl Overflowed {
    /// No label.
    pub const NONE: Self = Self(0);

    /// The bit of a call that has the values of its end labels.
    const SETTLED: u64 = 1 << 63;

    /// Notes the open label with this number of a metric.
    fn note(&mut self, metric: usize, open: usize) {
        self.0 |= bit(metric, open);
    }

    #[inline]
    pub(crate) const fn is_none(self) -> bool {
        self.0 & !Self::SETTLED == 0
    }

    /// Whether the call has the values of its end labels.
    #[inline]
    pub(crate) const fn is_settled(self) -> bool {
        self.0 & Self::SETTLED != 0
    }

    /// Notes that the call has the values of its end labels, of which these are beyond their limits.
    pub(crate) const fn settle(&mut self, at_end: Self) {
        self.0 |= at_end.0 | Self::SETTLED;
    }

    /// Whether the open label with this number of a metric was noted.
    pub(crate) fn has(self, metric: usize, open: usize) -> bool {
        self.0 & bit(metric, open) != 0
    }

    /// Counts an observation of one of the metrics, which has these open labels.
    #[cold]
    pub(crate) fn count(self, metric: usize, open: &[OpenValues]) {
        for (index, values) in open.iter().enumerate() {
            if self.has(metric, index) {
                values.count_overflow();
            }
        }
    }
}

/// The bit of an open label. A metric has far fewer than 15 of them, and the highest bit has another
/// meaning.
fn bit(metric: usize, open: usize) -> u64 {
    1 << (metric * BITS + open.min(BITS - 2))
}

/// Looks up the values of a call.
#[doc(hidden)]
#[derive(Debug)]
pub struct CallLookup {
    /// Whether the call has begun. Before that a new value does not count against the limit.
    begun: bool,
    overflowed: Overflowed,
    /// The number of a label, and the hash of its value: the same in all metrics of the call.
    hashed: Option<(usize, u64)>,
}

impl CallLookup {
    #[inline]
    #[must_use]
    pub const fn new(begun: bool) -> Self {
        Self {
            begun,
            overflowed: Overflowed::NONE,
            hashed: None,
        }
    }

    /// Returns the labels whose values are beyond their limits.
    ///
    /// `&mut`, so that a lookup of a stage without labels is mutable for a reason.
    #[inline]
    #[must_use]
    pub const fn overflowed(&mut self) -> Overflowed {
        self.overflowed
    }

    /// Returns what `value` adds to the index of a series. `label` is the number of the label in the
    /// stage, `metric` that of the metric among those that every call feeds.
    #[inline]
    pub fn offset<T: Label>(
        &mut self,
        stride: &LabelStride,
        value: &T,
        open: &[OpenValues],
        (label, metric): (usize, usize),
    ) -> usize {
        if stride.open.is_none() || stride.stride == 0 {
            return stride.closed(value);
        }
        if !self.begun {
            return 0;
        }
        value.with_text(|text| {
            let value = match self.hashed {
                Some((of, hash)) if of == label => Hashed { text, hash },
                _ => Hashed::new(text),
            };
            self.hashed = Some((label, value.hash));
            self.open_offset(stride, value, open, metric)
        })
    }

    pub(crate) fn open_offset(
        &mut self,
        stride: &LabelStride,
        value: Hashed<'_>,
        open: &[OpenValues],
        metric: usize,
    ) -> usize {
        let Some((index, max)) = stride.open else {
            return 0;
        };
        let digit = open
            .get(index)
            .and_then(|values| values.digit_for_call(value, max));
        if digit.is_none() {
            self.overflowed.note(metric, index);
        }
        digit.unwrap_or(0) * stride.stride
    }
}
