//! Waits for limiters and in queues: counted once however they end, and spans where they delay something.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a failed set-up fails the test, and counts are exact"
)]

mod limiters;
mod queues;
mod spans;

use glyph_runtime::{
    metric_catalog,
    wait::{QueueMetrics, WaitMetrics},
};

#[metric_catalog(namespace = "waiting", max_series = 100_000)]
pub(crate) struct Metrics {
    #[catalog]
    pub(crate) waits: WaitMetrics,
    #[catalog]
    pub(crate) queues: QueueMetrics,
}
