//! The metrics of the fleet's program, with an alert, an objective or a panel of each form.

use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(LabelSet)]
pub(crate) struct Request {
    pub(crate) provider: Provider,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct Host<'a> {
    #[label(max = 4)]
    pub(crate) host: &'a str,
}

#[metric_catalog(namespace = "fleet")]
pub(crate) struct FleetMetrics {
    /// Requests.
    #[alert(RequestsFail, share(status = error) > 10%, summary = "requests to {job} in {env} fail")]
    #[alert(ReplicaSlow, rate < 50/s, by(instance), summary = "{instance} is slow")]
    #[alert(ManyErrors, increase(5m){status = error} > 100, by(provider),
        summary = "{provider} rejects requests")]
    #[objective(availability = 99%, by(provider), name = Requests, absent = 5s)]
    pub(crate) requests: Counter<Request>,

    /// Time until an answer.
    #[metric(unit = seconds, buckets = [100ms, 500ms, 1s, 5s])]
    #[alert(SlowAnswers, p95 > 1s, by(provider), for = 2m, severity = critical,
        summary = "{provider} is slow in {env}")]
    #[objective(latency = 500ms, target = 95%, by(provider), name = Answers, absent = 5s)]
    pub(crate) answer: Histogram<Provider>,

    /// Sizes of answers.
    #[metric(unit = bytes, buckets = [1KiB, 64KiB, 1MiB])]
    #[panel(form = heatmap)]
    pub(crate) answer_size: Histogram,

    /// Used fraction of the disk.
    #[metric(unit = ratio)]
    #[alert(DiskFull, > 80%, summary = "the disk of {instance} is full")]
    #[alert(DisksFull, > 70%, aggregate = avg, summary = "the disks of {job} in {env} are full")]
    #[panel(by(instance))]
    pub(crate) disk_usage: Gauge,

    /// Time until the certificate expires.
    #[metric(unit = seconds, aggregate = min)]
    #[alert(CertificateExpires, < 14d, aggregate = min, summary = "renew the certificate of {job}")]
    #[panel(form = stat)]
    pub(crate) certificate_lifetime: Gauge,

    /// Connections in use.
    #[alert(PoolFull, ratio(self / connections_max) > 70%, by(instance),
        summary = "the pool of {instance} is full")]
    pub(crate) connections: Gauge,

    /// Size of the pool.
    pub(crate) connections_max: Gauge,

    /// Version of the configuration.
    #[metric(aggregate = last)]
    #[alert(ConfigurationOld, < 100, aggregate = last, summary = "{job} in {env} is not configured")]
    pub(crate) configuration: Gauge,

    /// Whether the process is up: 1 or 0.
    #[metric(liveness)]
    #[alert(FewReplicas, < 2, aggregate = sum, summary = "{job} has few replicas in {env}")]
    #[alert(
        TargetDown,
        expr = "up == 0",
        summary = "{{ $labels.instance }} is down",
        fires("up 0"),
        silent("up 1")
    )]
    // Unlike `changes`, this is the same in storages that count the first sample, or a value that they
    // round, as a change.
    #[alert(
        Restarted,
        expr = "max_over_time(process_start_time_seconds[10m]) - min_over_time(process_start_time_seconds[10m]) > 1",
        summary = "{{ $labels.instance }} has restarted",
        fires("process_start_time_seconds 0+60"),
        silent("process_start_time_seconds 60")
    )]
    pub(crate) up: Gauge,

    /// Backups, by host.
    #[alert(NoBackups, absent(5m){host = "vault"}, summary = "{host} makes no backups")]
    pub(crate) backups: Counter<Host<'_>>,
}
