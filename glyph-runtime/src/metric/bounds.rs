//! Finds the bucket of a value without a search.

use super::{Scale, Scaled};
use crate::catalog::Unit;

/// Octaves, the ranges between two powers of two, that are told apart.
const OCTAVES: usize = 64;

/// The bounds of a histogram, with what is known of them beforehand.
///
/// Bounds usually grow by a factor, so that an octave has one or two. The exponent of a value tells how
/// many bounds lie below its octave, and only those inside it are compared.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// Rising, filled up with infinity so that a window never leaves them.
    scaled: &'static [f64],
    /// The exponent of the first octave.
    base: i64,
    below: [u16; OCTAVES],
    /// The most bounds that an octave has.
    window: usize,
}

/// Windows larger than this are searched instead.
const MAX_WINDOW: usize = 4;

impl Bounds {
    pub(crate) const fn new(scaled: &'static [f64], count: usize) -> Self {
        let base = lowest_exponent(scaled);
        let (below, largest) = octaves(scaled, count, base);
        let searched = largest > MAX_WINDOW || has_negative(scaled) || exceeds(scaled, count, base);
        Self {
            scaled,
            base,
            below,
            window: if searched { usize::MAX } else { largest },
        }
    }

    /// The number of bounds below the value, which is the place of its bucket.
    #[inline]
    pub(crate) fn bucket(&self, value: Scaled) -> usize {
        if self.window > MAX_WINDOW {
            return self.scaled.partition_point(|bound| *bound < value.compared);
        }
        let octave = usize::try_from((exponent(value.compared) - self.base).max(0)).unwrap_or(0);
        let below = usize::from(
            self.below
                .get(octave.min(OCTAVES - 1))
                .copied()
                .unwrap_or_default(),
        );
        let window = self
            .scaled
            .get(below..below + self.window)
            .unwrap_or_default();
        below
            + window
                .iter()
                .map(|bound| usize::from(*bound < value.compared))
                .sum::<usize>()
    }
}

/// The exponent's bits, below zero for negative numbers.
#[inline]
const fn exponent(value: f64) -> i64 {
    value.to_bits().cast_signed() >> (f64::MANTISSA_DIGITS - 1)
}

/// The exponent of the lowest positive bound.
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

/// How many bounds lie below each octave, and the most that one has.
#[expect(
    clippy::indexing_slicing,
    reason = "every index is compared with its length first"
)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a histogram has at most 256 buckets"
)]
#[expect(clippy::cast_possible_wrap, reason = "there are 64 octaves")]
const fn octaves(scaled: &[f64], count: usize, base: i64) -> ([u16; OCTAVES], usize) {
    let mut below = [0; OCTAVES];
    let (mut octave, mut bound, mut largest) = (0, 0, 0);
    while octave < OCTAVES {
        below[octave] = bound as u16;
        let first = bound;
        while bound < count
            && bound < scaled.len()
            && exponent(scaled[bound]) - base <= octave as i64
        {
            bound += 1;
        }
        if bound - first > largest {
            largest = bound - first;
        }
        octave += 1;
    }
    (below, largest)
}

const fn has_negative(scaled: &[f64]) -> bool {
    match scaled.first() {
        Some(lowest) => *lowest < 0.0,
        None => false,
    }
}

/// Whether the highest bound is beyond the last octave.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
#[expect(clippy::cast_possible_wrap, reason = "there are 64 octaves")]
const fn exceeds(scaled: &[f64], count: usize, base: i64) -> bool {
    count > 0 && count <= scaled.len() && exponent(scaled[count - 1]) - base >= OCTAVES as i64 - 1
}

/// How many bounds [`scaled_bounds`] makes of this many.
#[doc(hidden)]
#[must_use]
pub const fn padded_bounds(bounds: usize) -> usize {
    bounds + MAX_WINDOW
}

/// Bucket bounds as they are compared, filled up with infinite ones.
///
/// Where values are counted in whole parts, half a part on top of a bound is what rounds to it.
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

    use super::{Bounds, Scale, Unit, padded_bounds, scaled_bounds};

    fn found(bounds: &'static [f64], count: usize, unit: Unit, value: f64) -> Option<usize> {
        let scale = Scale::of(unit);
        Some(Bounds::new(bounds, count).bucket(scale.scaled(value)?))
    }

    proptest! {
        #[test]
        fn the_bucket_is_the_first_whose_bound_is_not_below(
            mut bounds in prop::collection::vec(-1e6..1e6_f64, 1..40),
            values in prop::collection::vec(-2e6..2e6_f64, 1..40),
            positive in any::<bool>(),
            whole in any::<bool>(),
        ) {
            if positive {
                bounds.iter_mut().for_each(|bound| *bound = bound.abs());
            }
            bounds.iter_mut().for_each(|bound| *bound = bound.round());
            bounds.sort_by(f64::total_cmp);
            bounds.dedup();
            let unit = if whole { Unit::Bytes } else { Unit::None };
            let mut scaled = scaled_bounds::<64>(&bounds, unit).to_vec();
            scaled.truncate(padded_bounds(bounds.len()));
            let scaled: &'static [f64] = scaled.leak();
            for value in values.into_iter().map(f64::round).chain(bounds.iter().copied()) {
                let expected = bounds.iter().filter(|bound| **bound < value).count();
                prop_assert_eq!(found(scaled, bounds.len(), unit, value), Some(expected));
            }
        }
    }
}
