//! Numbers and times as Prometheus and people write them.

use std::time::Duration;

/// A time as Prometheus writes it: `5m`, `36h`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    let whole = |(size, _): &(u64, &str)| seconds >= *size && seconds.is_multiple_of(*size);
    match units.into_iter().find(whole) {
        Some((size, unit)) => format!("{}{unit}", seconds / size),
        None => format!("{seconds}s"),
    }
}

/// A share of one as a person writes it: `99.9%`.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", rounded(share * 100.0))
}

/// A number without what floating point adds at its end.
pub(crate) fn rounded(number: f64) -> f64 {
    format!("{number:.9}").parse().unwrap_or(number)
}
