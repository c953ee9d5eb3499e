//! Numbers on either side of a threshold.

use glyph_core::catalog::Comparison;

/// Whether a case expects the alert to fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Fires,
    Quiet,
}

impl Side {
    /// Returns the suffix of a case's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fires => "fires",
            Self::Quiet => "stays quiet",
        }
    }

    /// Returns the least number of replicas, from one to `most`, for which the comparison holds, or
    /// does not hold on the quiet side.
    pub(super) fn replicas(self, comparison: Comparison, threshold: f64, most: u32) -> Option<u32> {
        let fits = |number: &u32| {
            holds(comparison, f64::from(*number), threshold) == (self == Self::Fires)
        };
        (1..=most).find(fits)
    }

    /// Returns a number from `least` to `most` for which the comparison holds, or does not hold on
    /// the quiet side; `None` if there is none.
    pub(super) fn number(
        self,
        comparison: Comparison,
        threshold: f64,
        least: f64,
        most: f64,
    ) -> Option<f64> {
        let above = above(threshold, most);
        let below = below(threshold, least);
        let strictly = |outside: Option<f64>| outside.or(Some(threshold));
        match (comparison, self) {
            (Comparison::Above, Self::Fires) | (Comparison::AtMost, Self::Quiet) => above,
            (Comparison::Above, Self::Quiet) | (Comparison::AtMost, Self::Fires) => strictly(below),
            (Comparison::Below, Self::Fires) | (Comparison::AtLeast, Self::Quiet) => below,
            (Comparison::Below, Self::Quiet) | (Comparison::AtLeast, Self::Fires) => {
                strictly(above)
            }
            (Comparison::Equal, Self::Fires) | (Comparison::Unequal, Self::Quiet) => {
                Some(threshold)
            }
            (Comparison::Equal, Self::Quiet) | (Comparison::Unequal, Self::Fires) => {
                above.or(below)
            }
        }
    }
}

/// Returns whether a comparison holds.
fn holds(comparison: Comparison, left: f64, right: f64) -> bool {
    match comparison {
        Comparison::Above => left > right,
        Comparison::AtLeast => left >= right,
        Comparison::Below => left < right,
        Comparison::AtMost => left <= right,
        Comparison::Equal => left.total_cmp(&right).is_eq(),
        Comparison::Unequal => left.total_cmp(&right).is_ne(),
    }
}

fn above(threshold: f64, most: f64) -> Option<f64> {
    let far = if threshold > 0.0 {
        threshold * 2.0
    } else {
        threshold / 2.0 + 1.0
    };
    let within = if far > most {
        f64::midpoint(threshold, most)
    } else {
        far
    };
    (within > threshold).then_some(within)
}

fn below(threshold: f64, least: f64) -> Option<f64> {
    let far = if threshold > 0.0 {
        threshold / 2.0
    } else {
        threshold * 2.0 - 1.0
    };
    let within = far.max(least);
    (within < threshold).then_some(within)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Side, holds};
    use glyph_core::catalog::Comparison;

    proptest! {
        #[test]
        fn number_is_on_its_side_and_in_range(threshold in 0.01..0.99_f64, most in 1.0..3.0_f64) {
            for comparison in [
                Comparison::Above,
                Comparison::AtLeast,
                Comparison::Below,
                Comparison::AtMost,
                Comparison::Equal,
                Comparison::Unequal,
            ] {
                for side in [Side::Fires, Side::Quiet] {
                    let number = side.number(comparison, threshold, 0.0, most).unwrap_or(f64::NAN);
                    prop_assert!((0.0..=most).contains(&number));
                    prop_assert_eq!(holds(comparison, number, threshold), side == Side::Fires);
                }
            }
        }
    }

    #[test]
    fn no_number_below_the_least() {
        assert_eq!(Side::Fires.number(Comparison::Below, 0.0, 0.0, 1.0), None);
        assert_eq!(
            Side::Quiet.number(Comparison::Above, 0.0, 0.0, 1.0),
            Some(0.0)
        );
    }
}
