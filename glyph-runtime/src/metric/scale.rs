//! How values are counted: in whole parts of the unit where it has such parts.

use crate::catalog::Unit;

/// How a value of some unit becomes a number that can be compared and added up.
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

    /// What is compared with bounds and added to sums; `None` where the value is not a number or out
    /// of range.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked first"
    )]
    pub(crate) const fn scaled(self, value: f64) -> Option<Scaled> {
        let parts = match self {
            Self::Nanoseconds => value * NANOSECONDS,
            Self::Whole => value,
            Self::Float if value.is_finite() => {
                return Some(Scaled {
                    compared: value,
                    added: value.to_bits(),
                });
            }
            Self::Float => return None,
        };
        if parts > -MAX_PARTS && parts < MAX_PARTS {
            Some(Scaled::parts(
                (parts + if parts < 0.0 { -0.5 } else { 0.5 }) as i64,
            ))
        } else {
            None
        }
    }

    /// The value of a sum that was added up under this scale.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the page has floating-point numbers"
    )]
    #[expect(
        clippy::cast_possible_wrap,
        reason = "sums are kept in two's complement"
    )]
    pub(crate) fn sum(self, bits: u64) -> f64 {
        match self {
            Self::Nanoseconds => bits as i64 as f64 / NANOSECONDS,
            Self::Whole => bits as i64 as f64,
            Self::Float => f64::from_bits(bits),
        }
    }
}

/// A value under some scale.
#[derive(Clone, Copy, Debug)]
pub struct Scaled {
    /// Held against the bounds, which went the same way.
    pub(crate) compared: f64,
    /// Added to the sum: a whole number, or the bits of a floating-point one.
    pub(crate) added: u64,
}

impl Scaled {
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "bounds lose the same")]
    pub(crate) const fn parts(parts: i64) -> Self {
        Self {
            compared: parts as f64,
            added: parts.cast_unsigned(),
        }
    }
}

/// Values beyond this many parts are refused: a few of them would overflow a sum.
const MAX_PARTS: f64 = 4e18;

/// Bounds are compared this many at a time.
pub(crate) const LANES: usize = 4;

/// How many bounds [`scaled_bounds`] makes of this many.
#[doc(hidden)]
#[must_use]
pub const fn padded_bounds(bounds: usize) -> usize {
    bounds.next_multiple_of(LANES)
}

/// Bucket bounds as they are compared, filled up with infinite ones.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with both lengths first"
)]
pub const fn scaled_bounds<const PADDED: usize>(bounds: &[f64], unit: Unit) -> [f64; PADDED] {
    let mut scaled = [f64::INFINITY; PADDED];
    let mut index = 0;
    while index < bounds.len() && index < PADDED {
        if let Some(bound) = Scale::of(unit).scaled(bounds[index]) {
            scaled[index] = bound.compared;
        }
        index += 1;
    }
    scaled
}
