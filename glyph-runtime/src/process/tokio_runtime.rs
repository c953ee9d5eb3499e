//! Reads a tokio runtime.

use std::time::Duration;

use glyph_core::__runtime::{AnyCatalog, Observe, Observer};
use tokio::runtime::{Handle, RuntimeMetrics};

use super::TokioMetrics;

/// The runtime of the program.
#[derive(Debug)]
pub(crate) struct Runtime(pub(crate) Handle);

impl Observe for Runtime {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        TokioMetrics::global()
    }

    fn observe(&self, observer: &mut Observer) {
        let metrics = TokioMetrics::global();
        let runtime = self.0.metrics();
        observer.gauge(&metrics.workers, runtime.num_workers());
        observer.gauge(&metrics.alive_tasks, runtime.num_alive_tasks());
        observer.gauge(&metrics.global_queue_depth, runtime.global_queue_depth());
        observe_workers(observer, metrics, &runtime);
        #[cfg(tokio_unstable)]
        observe_unstable(observer, metrics, &runtime);
    }
}

fn observe_workers(observer: &mut Observer, metrics: &TokioMetrics, runtime: &RuntimeMetrics) {
    let workers = 0..runtime.num_workers();
    let busy = workers
        .clone()
        .map(|worker| runtime.worker_total_busy_duration(worker));
    let busy = busy.fold(Duration::ZERO, Duration::saturating_add);
    observer.counter_duration(&metrics.worker_busy, busy);
    let parks = workers.map(|worker| runtime.worker_park_count(worker));
    observer.counter(&metrics.worker_parks, parks.fold(0, u64::saturating_add));
}

#[cfg(tokio_unstable)]
fn observe_unstable(observer: &mut Observer, metrics: &TokioMetrics, runtime: &RuntimeMetrics) {
    let workers = 0..runtime.num_workers();
    let queued = workers
        .clone()
        .map(|worker| runtime.worker_local_queue_depth(worker));
    observer.gauge(&metrics.local_queue_depth, queued.sum::<usize>());
    observer.gauge(
        &metrics.blocking_queue_depth,
        runtime.blocking_queue_depth(),
    );
    observer.gauge(&metrics.blocking_threads, runtime.num_blocking_threads());
    let poll = workers
        .map(|worker| runtime.worker_mean_poll_time(worker))
        .max();
    observer.gauge(&metrics.mean_poll, poll.unwrap_or_default().as_secs_f64());
}
