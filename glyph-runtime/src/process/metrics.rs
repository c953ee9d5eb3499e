//! The metrics of a process.

use crate::{Counter, Gauge, metric_catalog};

/// Metrics of the process (Prometheus, "Writing client libraries", "Process metrics").
///
/// The telemetry reads and exposes them; see [the module](super). Do not add them with `.catalog(..)`.
#[metric_catalog(namespace = "process", crate = crate)]
pub struct ProcessMetrics {
    /// Total user and system CPU time.
    #[metric(unit = seconds)]
    #[panel(title = "Processor", row = "Process")]
    pub cpu: Counter,

    /// Resident memory size.
    #[metric(unit = bytes)]
    #[panel(title = "Resident memory", row = "Process")]
    pub resident_memory: Gauge,

    /// Virtual memory size.
    #[metric(unit = bytes)]
    pub virtual_memory: Gauge,

    /// Number of open file descriptors.
    #[alert(FileDescriptorsNearLimit, ratio(self / max_fds) > 80%, aggregate = max, for = 5m, severity = warning,
        summary = "{job} has nearly used up its file descriptors")]
    #[panel(title = "Open file descriptors", row = "Process")]
    pub open_fds: Gauge,

    /// Maximum number of open file descriptors.
    pub max_fds: Gauge,

    /// Number of OS threads.
    #[panel(title = "Threads", row = "Process")]
    pub threads: Gauge,

    /// Start time of the process since the Unix epoch.
    #[metric(unit = seconds, aggregate = max)]
    // The number of minutes with a start. Storages differ in whether `changes` counts the first
    // sample of a series.
    #[alert(ProcessRestarts, expr = "count_over_time((process_start_time_seconds - process_start_time_seconds offset 1m > 1)[10m:1m]) > 3", severity = warning,
        summary = "{job} restarts again and again", fires("process_start_time_seconds 0 60 120 180 240 300 360 420 480 540 600 660 720"),
        silent("process_start_time_seconds 60"))]
    pub start_time: Gauge,
}
