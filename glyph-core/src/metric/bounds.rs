//! Lookup of the bucket of a value, without a search.

use super::{Scale, Scaled};
use crate::descriptor::Unit;

/// The number of octaves: ranges between two powers of two.
const OCTAVES: usize = 64;

/// The bounds of a histogram, with an index computed at compile time.
///
/// Bounds usually grow by a factor, so an octave has one or two of them. The exponent of a value is
/// the octave, and `below` has the number of bounds below it. Only bounds inside the octave are
/// compared.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// In rising order.
    scaled: &'static [f64],
    /// The exponent of the first octave.
    base: i64,
    below: [u16; OCTAVES],
    /// Whether the octaves can be used: negative numbers have none.
    indexed: bool,
}

impl Bounds {
    pub(crate) const fn new(scaled: &'static [f64], count: usize) -> Self {
        let base = lowest_exponent(scaled);
        let below = octaves(scaled, count, base);
        Self {
            scaled,
            base,
            below,
            indexed: !has_negative(scaled),
        }
    }

    /// Returns the index of the value's bucket: the number of bounds below the value.
    ///
    /// The loop has branches, since the processor predicts them well: latencies come in clusters.
    #[inline]
    pub(crate) fn bucket(&self, value: Scaled) -> usize {
        if !self.indexed {
            return self.search(value.compared);
        }
        let below = match usize::try_from(exponent(value.compared) - self.base) {
            Ok(octave) => self.below.get(octave).or(self.below.last()).copied(),
            Err(_) => None,
        };
        self.scan(below.map_or(0, usize::from), value.compared)
    }

    #[inline]
    fn scan(&self, below: usize, value: f64) -> usize {
        let mut bucket = below;
        while self.scaled.get(bucket).is_some_and(|bound| *bound < value) {
            bucket += 1;
        }
        bucket
    }

    #[inline(never)]
    fn search(&self, value: f64) -> usize {
        self.scaled.partition_point(|bound| *bound < value)
    }
}

/// Returns the bits of the exponent. They are below zero for negative numbers, because the shift
/// keeps the sign.
#[inline]
const fn exponent(value: f64) -> i64 {
    value.to_bits().cast_signed() >> (f64::MANTISSA_DIGITS - 1)
}

/// Returns the exponent of the lowest positive bound.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn lowest_exponent(scaled: &[f64]) -> i64 {
    let mut index = 0;
    while index < scaled.len() {
        if scaled[index] > 0.0 {
            return exponent(scaled[index]);
        }
        index += 1;
    }
    0
}

/// Returns the number of bounds below each octave.
#[expect(
    clippy::indexing_slicing,
    reason = "every index is compared with its length first"
)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a histogram has at most 256 buckets"
)]
#[expect(clippy::cast_possible_wrap, reason = "there are 64 octaves")]
const fn octaves(scaled: &[f64], count: usize, base: i64) -> [u16; OCTAVES] {
    let mut below = [0; OCTAVES];
    let (mut octave, mut bound) = (0, 0);
    while octave < OCTAVES {
        below[octave] = bound as u16;
        while bound < count
            && bound < scaled.len()
            && exponent(scaled[bound]) - base <= octave as i64
        {
            bound += 1;
        }
        octave += 1;
    }
    below
}

const fn has_negative(scaled: &[f64]) -> bool {
    match scaled.first() {
        Some(lowest) => *lowest < 0.0,
        None => false,
    }
}

/// Returns the bucket bounds in the scale of the values.
///
/// If values are integers, a value up to half a part above a bound rounds to the bound.
#[doc(hidden)]
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with both lengths first"
)]
pub const fn scaled_bounds<const COUNT: usize>(bounds: &[f64], unit: Unit) -> [f64; COUNT] {
    let mut scaled = [f64::INFINITY; COUNT];
    let mut index = 0;
    while index < bounds.len() && index < COUNT {
        if let Some(bound) = Scale::of(unit).bound(bounds[index]) {
            scaled[index] = bound;
        }
        index += 1;
    }
    scaled
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bounds, Scale, Unit, scaled_bounds};

    fn found(bounds: &'static [f64], count: usize, unit: Unit, value: f64) -> Option<usize> {
        let scale = Scale::of(unit);
        Some(Bounds::new(bounds, count).bucket(scale.scaled(value)?))
    }

    proptest! {
        #[test]
        fn bucket_is_the_first_with_a_bound_not_below_the_value(
            bounds in prop::collection::vec(-1e6..1e6_f64, 1..40),
            values in prop::collection::vec(-2e6..2e6_f64, 1..40),
            positive in any::<bool>(),
            whole in any::<bool>(),
        ) {
            // Whole units are magnitudes.
            let sign = |bound: f64| if positive || whole { bound.abs() } else { bound };
            let of_unit = |value: f64| if whole { value.abs() } else { value };
            let mut bounds: Vec<f64> = bounds.into_iter().map(|bound| sign(bound).round()).collect();
            bounds.sort_by(f64::total_cmp);
            bounds.dedup();
            let unit = if whole { Unit::Bytes } else { Unit::None };
            let mut scaled = scaled_bounds::<64>(&bounds, unit).to_vec();
            scaled.truncate(bounds.len());
            let scaled: &'static [f64] = scaled.leak();
            for value in values.into_iter().map(|value| of_unit(value.round())).chain(bounds.iter().copied()) {
                let expected = bounds.iter().filter(|bound| **bound < value).count();
                prop_assert_eq!(found(scaled, bounds.len(), unit, value), Some(expected));
            }
        }
    }
}
