use glyph_runtime::{Counter, Gauge, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct Request {
    pub status: Status,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Whether the process is up.
    #[metric(liveness)]
    #[alert(Down, == 0)]
    #[alert(Missing, < 1, by(instance), aggregate = max)]
    #[alert(NoReplica, < 1, aggregate = sum)]
    #[alert(FewReplicas, < 3, aggregate = sum)]
    pub up: Gauge,
    /// Starts of the process.
    #[metric(starts)]
    #[alert(RestartLoop, increase(10m) > 3)]
    pub starts: Counter,
    /// Requests.
    #[alert(ShareOfGroup, share(status = error) > 5%, by(status))]
    #[alert(RatioOfGroup, ratio(self{status = error} / self) > 5%, by(status))]
    #[alert(TwoValues, share(status = error, status = ok) > 5%)]
    #[alert(IsAndIsNot, rate{status = error, status != error} > 1/s)]
    #[alert(AboveAll, share(status = error) > 100%)]
    #[alert(BelowZero, rate < 0/s)]
    pub requests: Counter<Request>,
    /// Sessions.
    #[alert(Empty, == 0)]
    pub sessions: Gauge,
}

fn main() {}
