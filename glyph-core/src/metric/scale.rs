//! Scales: units with a smallest part are counted in integers.

use crate::descriptor::Unit;

/// The conversion of values of a unit to numbers in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Nanoseconds of a second: sums are exact, whatever order they are added in.
    Nanoseconds,
    /// Whole units.
    Whole,
    /// Floating point, for units without a smallest part.
    Float,
}

pub(crate) const NANOSECONDS: f64 = 1e9;

impl Scale {
    pub(crate) const fn of(unit: Unit) -> Self {
        match unit {
            Unit::Seconds => Self::Nanoseconds,
            Unit::Bytes => Self::Whole,
            _ => Self::Float,
        }
    }

    /// The number of parts of one unit in a cell of integers.
    pub(crate) const fn step(self) -> u64 {
        match self {
            Self::Nanoseconds => 1_000_000_000,
            Self::Whole | Self::Float => 1,
        }
    }

    /// Returns the value in this scale. `None` if it is not finite or out of range. A number of
    /// seconds or bytes is a magnitude: below zero is out of range.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked first"
    )]
    pub(crate) fn scaled(self, value: f64) -> Option<Scaled> {
        let parts = match self {
            Self::Nanoseconds => value * NANOSECONDS,
            Self::Whole => value,
            Self::Float => {
                return value.is_finite().then_some(Scaled {
                    compared: value,
                    added: value.to_bits(),
                });
            }
        };
        fit(parts).then(|| Scaled {
            compared: parts,
            added: ((parts + 0.5) as i64).cast_unsigned(),
        })
    }

    /// Returns a bucket bound in this scale. `None` if it is out of range.
    ///
    /// Integers are compared before they are rounded. Half a part above the bound still rounds to
    /// it, so that is where the bucket ends.
    pub(crate) const fn bound(self, bound: f64) -> Option<f64> {
        let parts = match self {
            Self::Nanoseconds => bound * NANOSECONDS,
            Self::Whole => bound,
            Self::Float => return Some(bound),
        };
        if parts.abs() < MAX_PARTS {
            Some(rounded(parts) + 0.5)
        } else {
            None
        }
    }

    /// Returns the value of a sum in this scale.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the exposition has floating-point numbers"
    )]
    #[doc(hidden)]
    #[must_use]
    pub fn sum(self, bits: u64) -> f64 {
        match self {
            Self::Nanoseconds => bits as f64 / NANOSECONDS,
            Self::Whole => bits as f64,
            Self::Float => f64::from_bits(bits),
        }
    }
}

/// A value in some scale.
#[derive(Clone, Copy, Debug)]
pub struct Scaled {
    /// Compared with the bounds, which are scaled in the same way.
    pub(crate) compared: f64,
    /// Added to the sum: an integer, or the bits of a floating-point number.
    pub(crate) added: u64,
}

impl Scaled {
    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        reason = "parts past 2^53 are beyond any bound's precision"
    )]
    pub(crate) const fn parts(parts: i64) -> Self {
        Self {
            compared: parts as f64,
            added: parts.cast_unsigned(),
        }
    }
}

/// Values with more parts are rejected: a few of them would overflow a sum.
const MAX_PARTS: f64 = 4e18;

/// Whether the parts are from zero to [`MAX_PARTS`]. The bits of numbers rise with them, and are
/// higher for those below zero and NaN: one comparison in place of two. Minus zero is zero.
#[inline]
fn fit(parts: f64) -> bool {
    parts.to_bits() < MAX_PARTS.to_bits() || parts == 0.0
}

/// [`MAX_PARTS`] nanoseconds in seconds.
pub(super) const MAX_SECONDS: u64 = 4_000_000_000;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the range is checked first"
)]
const fn rounded(parts: f64) -> f64 {
    (parts + if parts < 0.0 { -0.5 } else { 0.5 }) as i64 as f64
}
