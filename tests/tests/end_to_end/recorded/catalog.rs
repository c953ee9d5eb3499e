//! The metrics of the recorded program, with an alert, an objective and a panel of each form.

use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Llm,
    Stt,
}

#[derive(LabelSet)]
pub(crate) struct Call {
    pub(crate) kind: Kind,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct Host<'a> {
    #[label(max = 4)]
    pub(crate) host: &'a str,
}

#[metric_catalog(namespace = "forms")]
pub(crate) struct FormsMetrics {
    /// Time until an answer.
    #[metric(unit = seconds, buckets = [100ms, 500ms, 1s, 5s])]
    #[alert(MedianHigh, p50{kind = stt} > 1s)]
    #[alert(TailHigh, p90(2m){kind != llm} >= 1s, by(kind))]
    #[alert(SlowAnswers, p95 > 1s, for = 5m, severity = critical, by(kind),
        summary = "{kind} is slow in {env}", description = "Callers wait.",
        runbook = "https://runbooks.example.com/slow/{kind}",
        dashboard = "https://grafana.example.com/d/forms",
        annotations(impact = "Callers of {kind} wait"), labels(team = "voice"))]
    #[alert(FastAnswers, p99{kind = llm} < 200ms, by(instance))]
    #[alert(AnswersRare, rate < 2/s, by(instance))]
    #[alert(AnswersMany, increase(10m) >= 2000, by(instance))]
    #[objective(latency = 500ms, target = 95%, by(kind), name = Answers, absent = 2m,
        runbook = "https://runbooks.example.com/budget",
        dashboard = "https://grafana.example.com/d/forms",
        annotations(impact = "{kind} is slow"), labels(team = "voice"))]
    #[objective(latency = 3s, interpolated, target = 95%, by(kind), name = AnswersEstimated,
        fast(5m/30m > 6), slow(), absent = never)]
    #[panel(title = "Answers", row = "Latency", by(kind), quantiles(p50, p99),
        thresholds(yellow = 500ms, red = 1s))]
    pub(crate) answer: Histogram<Kind>,

    /// Sizes of answers.
    #[metric(unit = bytes, buckets = [1KiB, 64KiB, 1MiB])]
    #[panel(form = heatmap)]
    pub(crate) answer_size: Histogram,

    /// Calls.
    #[alert(ErrorsPerMinute, rate{status = error} > 6/m, over = 2m)]
    #[alert(FewCalls, rate <= 1/s, by(kind, instance))]
    #[alert(AnyError, increase(15m){status = error} > 0, severity = page)]
    #[alert(CallsFail, share(status = error) > 10%, by(kind))]
    #[alert(FewSucceed, share(status = ok) <= 70%)]
    #[alert(ErrorsPerSuccess, ratio(self{status = error} / self{status = ok}) > 25%, by(kind))]
    #[alert(ErrorsPerAnswer, ratio(self{status = error} / answer) > 10%)]
    #[objective(availability = 99%, by(kind), name = Calls, absent = 2m, for = 1m)]
    #[objective(availability = 99%, errors = rejections, of = self{kind != llm}, name = Accepted)]
    #[panel(form = timeseries, by(kind))]
    pub(crate) calls: Counter<Call>,

    /// Calls that were rejected.
    pub(crate) rejections: Counter,

    /// Jobs, of which one kind is rare.
    #[objective(availability = 99%, by(kind), name = Jobs, period = 7d, fast(5m/30m > 10),
        slow(30m/2h > 2), min_requests = 1000, absent = never)]
    #[objective(availability = 99%, name = JobsKept, fast(5m/30m > 10), slow(), absent = never,
        for = 2m, keep_firing_for = 20m)]
    #[objective(availability = 99%, name = JobsShort, fast(5m/30m > 10), slow(), absent = never)]
    pub(crate) jobs: Counter<Call>,

    /// Used fraction of the disk.
    #[metric(unit = ratio)]
    #[alert(DiskFull, > 80%, summary = "the disk of {instance} is full")]
    #[alert(DisksFull, > 70%, aggregate = avg)]
    #[panel(form = gauge, by(instance), unit = percentunit)]
    pub(crate) disk_usage: Gauge,

    /// Temperature of the processor.
    #[metric(unit = celsius)]
    #[alert(TooHot, > 60, by(instance))]
    pub(crate) temperature: Gauge,

    /// Time until the certificate expires.
    #[metric(unit = seconds, aggregate = min)]
    #[alert(CertificateExpires, < 14d, aggregate = min)]
    #[panel(form = stat)]
    pub(crate) certificate_lifetime: Gauge,

    /// Connections in use.
    #[alert(PoolFull, ratio(self / connections_max) > 70%, by(instance))]
    #[alert(PoolsFull, ratio(self / connections_max) >= 90%, aggregate = max)]
    #[alert(
        LoadHigh,
        expr = "forms_connections > 5 or node_load1 > 100",
        external("node_.*"),
        fires("forms_connections 9"),
        silent("forms_connections 2", "node_load1 3")
    )]
    #[panel(aggregate = max)]
    pub(crate) connections: Gauge,

    /// Size of the pool.
    pub(crate) connections_max: Gauge,

    /// Version of the configuration.
    #[metric(aggregate = last)]
    #[alert(ConfigurationOld, != 100, aggregate = last)]
    #[panel(by(env))]
    pub(crate) configuration: Gauge,

    /// Sessions.
    #[alert(NoSessions, == 0, aggregate = sum, for = 2m)]
    pub(crate) sessions: Gauge,

    /// Depth of the queue.
    #[alert(QueueDeep, value{kind = stt} >= 100, by(kind))]
    #[alert(QueueFull, > 100)]
    #[alert(QueueKept, > 100, keep_firing_for = 10m)]
    pub(crate) queue: Gauge<Kind>,

    /// Credit that is left.
    #[alert(CreditNegative, < -2)]
    #[alert(CreditLow, <= -5)]
    pub(crate) credit: Gauge,

    /// Time of the last run since the Unix epoch.
    #[metric(unit = seconds, sparse)]
    #[alert(
        RunsRare,
        expr = "time() - forms_last_run_timestamp_seconds > 600",
        fires("forms_last_run_timestamp_seconds 0x15"),
        silent("forms_last_run_timestamp_seconds 0+60")
    )]
    pub(crate) last_run_timestamp: Gauge,

    /// Whether the replica is the leader: 1 or 0.
    #[metric(sparse)]
    #[alert(NoLeader, absent, for = 2m)]
    #[panel(hidden)]
    pub(crate) leader: Gauge,

    /// Backups, by host.
    #[alert(NoBackups, absent(5m){host = "vault"}, summary = "{host} makes no backups")]
    #[panel(hidden)]
    pub(crate) backups: Counter<Host<'_>>,

    /// Whether the process is up: 1 or 0.
    #[metric(liveness)]
    #[alert(FewReplicas, < 2, aggregate = sum)]
    #[alert(TargetDown, expr = "up == 0", fires("up 0"), silent("up 1"))]
    pub(crate) up: Gauge,

    /// Starts of the process.
    #[metric(starts)]
    #[alert(
        Restarted,
        expr = "changes(process_start_time_seconds[1h]) > 0",
        fires("process_start_time_seconds 0+60"),
        silent("process_start_time_seconds 60")
    )]
    pub(crate) starts: Counter,
}

/// Metrics with a scope label.
#[metric_catalog(namespace = "tenants", scope(tenant_id: max 10))]
pub(crate) struct TenantMetrics {
    /// Boards in use.
    #[alert(BoardsFull, > 100)]
    #[alert(BoardsOfTenantFull, > 100, by(tenant_id))]
    pub(crate) boards: Gauge<Kind>,

    /// Moves.
    #[alert(MovesOfTenantFail, share(status = error) > 5%, by(kind, tenant_id))]
    #[objective(availability = 99%, by(tenant_id), name = EachTenant, absent = 2m)]
    pub(crate) moves: Counter<Call>,
}
