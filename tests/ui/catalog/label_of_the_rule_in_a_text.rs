use glyph_runtime::{Counter, Gauge, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Failed orders.
    #[alert(Fails, rate > 1/s, severity = critical, summary = "{severity}: orders fail")]
    #[alert(Team, rate > 2/s, labels(team = "shop"), summary = "{{ $labels.team }} has failed orders")]
    pub failed: Counter,
    /// Open orders.
    #[alert(ManyOrders, > 100, labels(team = "shop"), summary = "{severity}: {team} has many orders")]
    pub orders: Gauge,
    /// Time to place an order.
    #[metric(unit = seconds, buckets = [100ms, 1s])]
    #[objective(latency = 100ms, target = 99%, labels(team = "shop"), annotations(impact = "{team} is slow"))]
    pub latency: Histogram,
}

fn main() {}
