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

    /// The number by which a value is held against bucket bounds; `None` where it is not a number
    /// or out of range.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked first"
    )]
    pub(crate) const fn key(self, value: f64) -> Option<i64> {
        let scaled = match self {
            Self::Nanoseconds => value * NANOSECONDS,
            Self::Whole => value,
            Self::Float if value.is_finite() => return Some(ordered(value)),
            Self::Float => return None,
        };
        // Half a part is lost to no bound: buckets are in the same parts.
        if scaled > -MAX_EXACT && scaled < MAX_EXACT {
            Some((scaled + if scaled < 0.0 { -0.5 } else { 0.5 }) as i64)
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

/// Values beyond this are refused: a few of them would overflow a sum.
const MAX_EXACT: f64 = 4e18;

/// The bits of a floating-point number, rearranged so that they rise as it does.
#[expect(clippy::cast_possible_wrap, reason = "the sign bit is meant")]
const fn ordered(value: f64) -> i64 {
    // Both zeros are one number.
    let bits = (value + 0.0).to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// Bucket bounds as they are compared.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated in consts, where N is the number of bounds"
)]
pub const fn scaled_bounds<const N: usize>(bounds: &[f64], unit: Unit) -> [i64; N] {
    let mut scaled = [0; N];
    let mut index = 0;
    while index < N {
        scaled[index] = match Scale::of(unit).key(bounds[index]) {
            Some(key) => key,
            None => i64::MAX,
        };
        index += 1;
    }
    scaled
}
