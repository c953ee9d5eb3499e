//! Metrics of the process and of its tokio runtime, under the names of Prometheus's clients.
//!
//! With the feature `process`, [`install`](crate::TelemetryBuilder::install) and `build` expose them
//! without further calls; [`without_process`](crate::TelemetryBuilder::without_process) leaves them out.
//! They are read before each scrape and push, from `/proc` and from tokio, so recording is not
//! slower.
//!
//! | metric | meaning |
//! |---|---|
//! | `process_cpu_seconds_total` | processor time in user and system mode |
//! | `process_resident_memory_bytes` | memory that is in RAM |
//! | `process_virtual_memory_bytes` | address space |
//! | `process_open_fds`, `process_max_fds` | open file descriptors, and the limit on them |
//! | `process_threads` | threads of the operating system |
//! | `process_start_time_seconds` | when the process started, in seconds since 1970 |
//! | `tokio_workers` | worker threads of the runtime |
//! | `tokio_alive_tasks` | tasks that have not ended |
//! | `tokio_global_queue_depth` | tasks in the queue that all workers share |
//! | `tokio_worker_busy_seconds_total` | time in which workers ran tasks |
//! | `tokio_worker_parks_total` | times that workers found nothing to do |
//!
//! The names are those of Prometheus ("Writing client libraries", "Process metrics"). The process
//! families need Linux; elsewhere they are absent. The families of tokio are those of the runtime in
//! which the telemetry was built. They are absent outside of a runtime: name one with
//! [`tokio_runtime`](crate::TelemetryBuilder::tokio_runtime).
//!
//! A program that is compiled with `--cfg tokio_unstable` also has `tokio_local_queue_depth`,
//! `tokio_blocking_queue_depth`, `tokio_blocking_threads` and `tokio_mean_poll_seconds`, which tokio
//! offers only there.
//!
//! ```
//! use glyph_runtime::{Telemetry, expose::Format};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("proxy").build()?;
//! # #[cfg(target_os = "linux")]
//! assert!(telemetry.render(Format::Text).contains("process_resident_memory_bytes "));
//! # Ok(())
//! # }
//! ```
//!
//! [`ProcessMetrics`] and [`TokioMetrics`] have the declarations with their alerts and panels.
//! `telemetry.artifacts()` includes them, and so does
//! `Artifacts::of::<Metrics>().and::<ProcessMetrics>()`.

#[cfg(target_os = "linux")]
mod figures;
mod metrics;
mod tokio_metrics;
mod tokio_runtime;

#[cfg(target_os = "linux")]
use figures::Figures;
pub use metrics::ProcessMetrics;
pub use tokio_metrics::TokioMetrics;

use std::sync::Arc;

use glyph_core::__runtime::Source;
use tokio::runtime::Handle;
use tokio_runtime::Runtime;

/// Returns what reports the metrics of the process, and those of the runtime if there is one.
pub(crate) fn sources(runtime: Option<&Handle>) -> Vec<Source> {
    let runtime = runtime.map(|runtime| Source::new(Arc::new(Runtime(runtime.clone()))));
    #[cfg(target_os = "linux")]
    let runtime = [Source::new(Arc::new(Figures))].into_iter().chain(runtime);
    runtime.into_iter().collect()
}
