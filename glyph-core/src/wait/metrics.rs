//! Metrics of waits and queues, for programs that need no other names.

use super::{
    QueueRecorder, WaitEnd, WaitRecorder, WaitRequest,
    labels::{Left, Queues, Waited, Waits},
};
use crate::{Gauge, Histogram, metric_catalog};

/// Metrics of waits, to be nested in a catalog: `#[catalog] waits: WaitMetrics`. Series are absent
/// until they are recorded.
///
/// | metric | labels |
/// |---|---|
/// | `wait_duration_seconds` | wait, scope, outcome |
/// | `wait_active` | wait, scope |
#[metric_catalog(namespace = "wait", max_series = 100_000, crate = crate)]
pub struct WaitMetrics {
    /// Wait duration, including waits that ended immediately.
    #[metric(unit = seconds, sparse, buckets = [100us, 1ms, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s, 30s])]
    pub duration: Histogram<Waited<'_>>,

    /// Active waits.
    #[metric(sparse)]
    pub active: Gauge<Waits<'_>>,
}

impl WaitRecorder for WaitMetrics {
    fn started(&self, request: &WaitRequest) {
        let WaitRequest { name: wait, scope } = *request;
        self.active.inc(Waits { wait, scope });
    }

    fn ended(&self, request: &WaitRequest, end: &WaitEnd) {
        let WaitRequest { name: wait, scope } = *request;
        self.active.dec(Waits { wait, scope });
        let outcome = end.label();
        let labels = Waited {
            wait,
            scope,
            outcome,
        };
        self.duration.observe(labels, end.duration);
    }
}

/// Metrics of queues, to be nested in a catalog: `#[catalog] queues: QueueMetrics`. Series are
/// absent until they are recorded. A queue without a limit has no capacity.
///
/// | metric | labels |
/// |---|---|
/// | `queue_depth` | queue |
/// | `queue_capacity` | queue |
/// | `queue_wait_duration_seconds` | queue, outcome: `ok` when an item was taken, `cancelled` when it was dropped |
#[metric_catalog(namespace = "queue", crate = crate)]
pub struct QueueMetrics {
    /// Items waiting in a queue.
    #[metric(sparse)]
    pub depth: Gauge<Queues<'_>>,

    /// Capacity of a queue.
    #[metric(sparse)]
    pub capacity: Gauge<Queues<'_>>,

    /// Time that items spend in a queue.
    #[metric(name = "wait.duration", unit = seconds, sparse, buckets = [100us, 1ms, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s, 30s])]
    pub wait_duration: Histogram<Left<'_>>,
}

impl QueueRecorder for QueueMetrics {
    fn resized(&self, queue: &'static str, change: i64) {
        self.capacity.add(Queues { queue }, change);
    }

    fn entered(&self, queue: &'static str) {
        self.depth.inc(Queues { queue });
    }

    fn left(&self, queue: &'static str, end: &WaitEnd) {
        self.depth.dec(Queues { queue });
        let outcome = end.label();
        self.wait_duration
            .observe(Left { queue, outcome }, end.duration);
    }
}
