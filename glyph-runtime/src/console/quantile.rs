//! Quantiles of a histogram, as Prometheus estimates them.

use super::number::float;

/// Returns the estimate of a quantile from the counts of the buckets, the infinite one last.
///
/// Inside of a bucket, observations count as evenly spread. Beyond the highest bound it is that bound.
/// `None` without observations.
pub(super) fn quantile(quantile: f64, bounds: &[f64], counts: &[u64]) -> Option<f64> {
    let total = counts
        .iter()
        .fold(0, |sum: u64, count| sum.saturating_add(*count));
    if total == 0 {
        return None;
    }
    let rank = quantile * float(total);
    let mut below = 0.0;
    for (index, count) in counts.iter().enumerate() {
        let count = float(*count);
        if count > 0.0 && below + count >= rank {
            let Some(upper) = bounds.get(index).copied() else {
                break;
            };
            let lower = lower_bound(bounds, index, upper);
            return Some(lower + (upper - lower) * ((rank - below) / count).max(0.0));
        }
        below += count;
    }
    bounds.last().copied()
}

/// The lowest bucket begins at zero, unless its bound is not above zero.
fn lower_bound(bounds: &[f64], index: usize, upper: f64) -> f64 {
    match index.checked_sub(1) {
        Some(before) => bounds.get(before).copied().unwrap_or(upper),
        None => upper.min(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::quantile;

    const BOUNDS: [f64; 3] = [0.1, 0.5, 1.0];

    fn near(quantile: Option<f64>, expected: f64) {
        let is_near = quantile.is_some_and(|value| (value - expected).abs() < 1e-9);
        assert!(is_near, "{quantile:?} is not {expected}");
    }

    #[test]
    fn quantile_is_spread_over_its_bucket() {
        near(quantile(0.5, &BOUNDS, &[10, 0, 0, 0]), 0.05);
        near(quantile(0.5, &BOUNDS, &[2, 4, 2, 0]), 0.3);
        near(quantile(0.9, &BOUNDS, &[0, 0, 10, 0]), 0.95);
    }

    #[test]
    fn quantile_beyond_all_bounds_is_the_highest_one() {
        near(quantile(0.99, &BOUNDS, &[1, 0, 0, 9]), 1.0);
    }

    #[test]
    fn lowest_bucket_below_zero_is_its_bound() {
        near(quantile(0.5, &[-5.0, 5.0], &[4, 0, 0]), -5.0);
    }

    #[test]
    fn histogram_without_observations_has_no_quantile() {
        assert_eq!(quantile(0.5, &BOUNDS, &[0, 0, 0, 0]), None);
        assert_eq!(quantile(0.5, &[], &[]), None);
    }
}
