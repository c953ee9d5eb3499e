//! The metrics of a tokio runtime.

use crate::{Counter, Gauge, metric_catalog};

/// Metrics of the program's tokio runtime, as the runtime counts them.
///
/// The telemetry reads and exposes them; see [the module](super). Do not add them with `.catalog(..)`.
#[metric_catalog(namespace = "tokio", crate = crate)]
pub struct TokioMetrics {
    /// Worker threads of the runtime.
    pub workers: Gauge,

    /// Tasks that have not ended.
    #[panel(title = "Tasks", row = "Process")]
    pub alive_tasks: Gauge,

    /// Tasks in the queue that all workers share.
    #[panel(title = "Tasks that wait for a worker", row = "Process")]
    pub global_queue_depth: Gauge,

    /// Total time in which workers ran tasks.
    #[metric(name = "worker.busy", unit = seconds)]
    #[panel(title = "Busy workers", row = "Process")]
    pub worker_busy: Counter,

    /// Times that a worker found nothing to do.
    #[metric(name = "worker.parks")]
    pub worker_parks: Counter,

    /// Tasks in the queues of single workers. Needs `--cfg tokio_unstable`.
    #[panel(hidden)]
    pub local_queue_depth: Gauge,

    /// Calls of `spawn_blocking` that wait for a thread. Needs `--cfg tokio_unstable`.
    #[panel(hidden)]
    pub blocking_queue_depth: Gauge,

    /// Threads for `spawn_blocking`. Needs `--cfg tokio_unstable`.
    #[panel(hidden)]
    pub blocking_threads: Gauge,

    /// Mean time of a poll, of the slowest worker. Needs `--cfg tokio_unstable`.
    #[metric(name = "mean.poll", unit = seconds)]
    #[panel(hidden)]
    pub mean_poll: Gauge,
}
