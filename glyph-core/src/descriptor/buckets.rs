//! Bucket bounds for histograms, and functions that compute them at compile time.
//!
//! ```
//! # use glyph_core as glyph_runtime;
//! use glyph_runtime::{Catalog, Histogram, buckets, metric_catalog};
//!
//! /// 256 B, 1 KiB, 4 KiB and so on to 1 MiB.
//! const SIZES: [f64; 7] = buckets::exponential(256.0, 4.0);
//!
//! #[metric_catalog(namespace = "doc_buckets")]
//! pub struct Metrics {
//!     /// Time a job takes.
//!     #[metric(unit = seconds, buckets = buckets::DURATIONS)]
//!     pub job: Histogram,
//!     /// Size of a job's input.
//!     #[metric(unit = bytes, buckets = SIZES)]
//!     pub input: Histogram,
//! }
//!
//! # fn main() {
//! assert_eq!(SIZES[6], 1024.0 * 1024.0);
//! assert_eq!(Metrics::DESCRIPTOR.metrics[0].buckets, buckets::DURATIONS);
//! # }
//! ```
//!
//! A metric rejects bounds that do not rise or are not finite.

/// Durations in seconds from 5 ms to 10 s, as OpenTelemetry's semantic conventions advise for
/// `http.server.request.duration` ("HTTP metrics"). Default of histograms of seconds.
pub const DURATIONS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Bounds at equal distances: `first`, `first + width` and so on.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::buckets;
///
/// assert_eq!(buckets::linear(10.0, 5.0), [10.0, 15.0, 20.0]);
/// ```
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
pub const fn linear<const COUNT: usize>(first: f64, width: f64) -> [f64; COUNT] {
    let (mut bounds, mut bound, mut index) = ([0.0; COUNT], first, 0);
    while index < COUNT {
        bounds[index] = bound;
        bound += width;
        index += 1;
    }
    bounds
}

/// Bounds that grow by a factor: `first`, `first * factor` and so on.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::buckets;
///
/// assert_eq!(buckets::exponential(1.0, 2.0), [1.0, 2.0, 4.0, 8.0]);
/// ```
#[must_use]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
pub const fn exponential<const COUNT: usize>(first: f64, factor: f64) -> [f64; COUNT] {
    let (mut bounds, mut bound, mut index) = ([0.0; COUNT], first, 0);
    while index < COUNT {
        bounds[index] = bound;
        bound *= factor;
        index += 1;
    }
    bounds
}
