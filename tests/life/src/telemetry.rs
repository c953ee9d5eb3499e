//! The metrics that the calls record.

use glyph_runtime::{
    Counter, Gauge, Histogram, LabelSet, Status,
    http::{ClientMetrics, ServerMetrics},
    metric_catalog,
    wait::{QueueMetrics, WaitMetrics},
};

#[derive(LabelSet)]
pub(crate) struct Called {
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct Named<'a> {
    #[label(max = 1000)]
    pub(crate) name: &'a str,
}

#[derive(LabelSet)]
pub(crate) struct Many<'a> {
    #[label(max = 50_000)]
    pub(crate) name: &'a str,
}

#[metric_catalog(namespace = "life", stages = stage, max_series = 100_000)]
pub(crate) struct Metrics {
    /// Duration of a step.
    #[metric(unit = seconds)]
    #[stage(step, requests = calls, retries = retries, in_flight = running, items = items)]
    pub(crate) step: Histogram,
    /// Steps.
    pub(crate) calls: Counter<Called>,
    /// Retries of steps.
    pub(crate) retries: Counter,
    /// Running steps.
    pub(crate) running: Gauge,
    /// Items of streams.
    pub(crate) items: Counter,
    /// Things that were counted.
    pub(crate) counted: Counter,
    /// Things that were counted by name.
    pub(crate) named: Counter<Named<'_>>,
    /// Things with many names.
    #[metric(sparse)]
    pub(crate) many: Counter<Many<'_>>,
    /// A level.
    pub(crate) level: Gauge,
    /// Sizes that were observed.
    #[metric(unit = bytes, buckets = [1, 2, 4])]
    pub(crate) observed: Histogram,
    #[catalog]
    waits: WaitMetrics,
    #[catalog]
    queues: QueueMetrics,
    #[catalog]
    server: ServerMetrics,
    #[catalog]
    client: ClientMetrics,
    #[catalog]
    scoped: Scoped,
}

#[metric_catalog(namespace = "life_scoped", scope(tenant: max 8))]
pub(crate) struct Scoped {
    /// Things that were counted for a tenant.
    pub(crate) counted: Counter,
}

/// Returns the number of observations and events so far.
pub(crate) fn recorded() -> u64 {
    let metrics = Metrics::global();
    let statuses = [Status::Ok, Status::Error];
    let calls = statuses.map(|status| metrics.calls.value(Called { status }));
    let tenants = ["a", "b"]
        .map(|tenant| TenantContext { tenant }.in_scope(|| Scoped::global().counted.value()));
    let waits = waits();
    [
        metrics.step.snapshot().count(),
        metrics.retries.value(),
        metrics.items.value(),
        metrics.counted.value(),
        metrics.named.value(Named { name: "first" }),
        metrics.observed.snapshot().count(),
        waits,
    ]
    .into_iter()
    .chain(calls)
    .chain(tenants)
    .sum()
}

/// Returns the number of waits, and of items that have left a queue.
fn waits() -> u64 {
    use glyph_runtime::wait::{
        WaitOutcome,
        labels::{Left, Waited},
    };
    let outcomes = [WaitOutcome::Ok, WaitOutcome::Cancelled];
    let of = |outcome| {
        let left = Left {
            queue: "life",
            outcome,
        };
        let waited = Waited {
            wait: "life",
            scope: "global",
            outcome,
        };
        let queued = QueueMetrics::global().wait_duration.snapshot(left);
        queued.count() + WaitMetrics::global().duration.snapshot(waited).count()
    };
    outcomes.map(of).iter().sum()
}
