//! Service level objectives as they are declared.

use std::time::Duration;

use super::alert::Selection;

/// An objective declared by `#[objective(..)]`.
#[derive(Clone, Copy, Debug)]
pub struct ObjectiveDescriptor {
    /// The name, which is the prefix of its alerts' names: `SttDurationLatency`.
    pub name: &'static str,
    /// The distinction between good and bad calls.
    pub indicator: Indicator,
    /// The target share of good calls, from 0 to 1.
    pub target: f64,
    /// The labels to group by: one error budget for each combination of their values.
    pub by: &'static [&'static str],
    /// The time that the error budget is for, such as 30 days.
    pub period: Duration,
    /// The windows of the alert that the budget burns fast. Empty for no such alert.
    pub fast: &'static [BurnWindows],
    /// The windows of the alert that the budget burns slowly. Empty for no such alert.
    pub slow: &'static [BurnWindows],
    /// The least number of calls in the long window for a burn alert to fire, estimated from the mean
    /// rate. 0 for any number.
    pub min_requests: u64,
    /// How long the calls must be missing before an alert fires. `None` for no such alert.
    pub absent: Option<Duration>,
    /// How long the budget must burn before an alert fires.
    pub pending: Duration,
    /// How long an alert fires after the budget stopped burning.
    pub keep_firing_for: Duration,
    /// The annotations of its alerts in addition to the summary and the description, in
    /// Prometheus's template language.
    pub annotations: &'static [(&'static str, &'static str)],
    /// The labels of its alerts in addition to `severity` and `objective`.
    pub labels: &'static [(&'static str, &'static str)],
    /// The source file.
    pub file: &'static str,
    /// The line of the attribute.
    pub line: u32,
}

/// Two windows of a burn alert: the alert fires while the budget burns faster than `factor` in both.
///
/// The long window ignores short peaks. The short one ends the alert soon after its cause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurnWindows {
    /// The short window.
    pub short: Duration,
    /// The long window.
    pub long: Duration,
    /// How many times too fast the budget burns. At 1, it is spent at the end of the period.
    pub factor: f64,
}

/// The distinction between good and bad calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Indicator {
    /// Calls that take at most `threshold` are good.
    Latency {
        /// The histogram.
        of: Selection,
        /// The threshold, in the unit of the histogram. It is a bucket bound, unless it is interpolated.
        threshold: f64,
        /// Whether the threshold is between two bucket bounds. The calls of the bucket around it are then
        /// taken as spread evenly, as `histogram_quantile` of Prometheus takes them.
        interpolated: bool,
    },
    /// Calls whose outcome is not ok are bad, by the label that the outcome fills.
    Outcome {
        /// All calls.
        of: Selection,
    },
    /// Calls counted in one metric are bad, out of those in another.
    Errors {
        /// The bad calls.
        errors: Selection,
        /// All calls.
        of: Selection,
    },
}

/// The bucket around a threshold that is not a bucket bound.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BucketAround {
    /// The index of the bucket.
    pub index: usize,
    /// The bucket bound below the threshold.
    pub lower: f64,
    /// The bucket bound above the threshold.
    pub upper: f64,
}

impl BucketAround {
    /// Returns the bucket around a threshold; `None` unless finite bounds are on both sides.
    #[must_use]
    pub fn new(bounds: &[f64], threshold: f64) -> Option<Self> {
        let index = bounds.iter().position(|bound| *bound > threshold)?;
        let lower = *bounds.get(index.checked_sub(1)?)?;
        let upper = *bounds.get(index)?;
        Some(Self {
            index,
            lower,
            upper,
        })
    }

    /// Returns the share of the bucket that is up to the threshold.
    #[must_use]
    pub fn share_up_to(self, threshold: f64) -> f64 {
        (threshold - self.lower) / (self.upper - self.lower)
    }
}

#[cfg(test)]
mod tests {
    use super::BucketAround;

    const BOUNDS: [f64; 3] = [0.5, 1.0, 2.5];

    #[test]
    fn bucket_around_a_threshold_has_finite_bounds() {
        let around = |threshold| {
            let bucket = BucketAround::new(&BOUNDS, threshold);
            bucket.map(|bucket| (bucket.index, bucket.lower, bucket.upper))
        };
        assert_eq!(around(0.7), Some((1, 0.5, 1.0)));
        assert_eq!(around(2.0), Some((2, 1.0, 2.5)));
        assert_eq!([around(0.1), around(2.6)], [None, None]);
        assert_eq!(BucketAround::new(&[], 1.0), None);
    }

    #[test]
    fn share_of_a_bucket_rises_from_its_lower_bound() {
        let shares = [0.6, 0.75, 0.9].map(|threshold| {
            let bucket = BucketAround::new(&BOUNDS, threshold);
            bucket.map(|bucket| (bucket.share_up_to(threshold) * 10.0).round())
        });
        assert_eq!(shares, [Some(2.0), Some(5.0), Some(8.0)]);
    }
}
