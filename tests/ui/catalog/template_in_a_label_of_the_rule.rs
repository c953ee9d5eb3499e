use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[alert(Busy, rate > 10/s, labels(team = "{job}"))]
    #[alert(Idle, rate < 1/s, labels(team = "{{ $labels.job }}"))]
    pub requests: Counter,
}

fn main() {}
