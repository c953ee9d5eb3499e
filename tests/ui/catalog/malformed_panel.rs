use glyph_runtime::{Gauge, metric_catalog};

#[metric_catalog(namespace = "inner")]
pub struct Inner {
    /// Sessions.
    pub sessions: Gauge,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Sessions.
    #[panel(titel = "Sessions", thresholds(yelow = 3, red = 2), quantiles(p95), form = graf)]
    pub sessions: Gauge,
    /// Players.
    #[panel(hidden)]
    #[panel(form = heatmap)]
    pub players: Gauge,
    #[catalog]
    #[alert(Many, > 3)]
    pub inner: Inner,
}

fn main() {}
