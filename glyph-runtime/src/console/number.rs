//! Counts and times as the numbers of JSON.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Returns a count as a number of JSON.
#[expect(
    clippy::cast_precision_loss,
    reason = "rates and ratios need no more digits"
)]
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}

/// Returns a duration in milliseconds.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Returns a time in milliseconds since the Unix epoch.
pub(super) fn unix_milliseconds(time: SystemTime) -> f64 {
    milliseconds(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}
