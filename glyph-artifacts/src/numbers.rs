//! Formats of numbers and durations.

use std::time::Duration;

/// Returns a duration in the notation of Prometheus, in one unit: `5m`, `36h`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    let whole = |(size, _): &(u64, &str)| seconds >= *size && seconds.is_multiple_of(*size);
    match units.into_iter().find(whole) {
        Some((size, unit)) => format!("{}{unit}", seconds / size),
        None => format!("{seconds}s"),
    }
}

/// Returns a fraction as a percentage: `99.9%` for `0.999`.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", rounded(share * 100.0))
}

/// Returns a number rounded to nine decimals, which removes floating-point noise.
pub(crate) fn rounded(number: f64) -> f64 {
    format!("{number:.9}").parse().unwrap_or(number)
}
