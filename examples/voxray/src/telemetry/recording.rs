//! Metrics of the jobs that upload recordings.

use glyph_runtime::{Counter, Gauge, metric_catalog};

/// The metrics of recording jobs.
#[metric_catalog(namespace = "recording")]
pub(crate) struct Metrics {
    /// Total number of recording upload jobs enqueued.
    pub(crate) jobs_enqueued: Counter,

    /// Total number of recording upload jobs that succeeded.
    pub(crate) jobs_success: Counter,

    /// Total number of recording upload jobs that failed.
    #[alert(UploadsFail, ratio(self / jobs_enqueued) > 10%, for = 10m, severity = warning, summary = "More than a tenth of the recordings is not uploaded")]
    pub(crate) jobs_failed: Counter,

    /// Current number of pending recording upload jobs in the queue.
    #[alert(UploadsPileUp, > 50, for = 5m, severity = warning, summary = "More than 50 recordings wait to be uploaded")]
    pub(crate) queue_depth: Gauge,
}
