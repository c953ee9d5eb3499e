use glyph_runtime::{Histogram, metric_catalog};

#[metric_catalog(namespace = "app", rule_interval = 0s)]
pub struct Metrics {
    /// Latency.
    #[metric(unit = seconds)]
    #[alert(NoLink, p95 > 2s, runbook = "wiki/slow")]
    #[alert(HasKey, p95 > 2s, annotations(summary = "slow", runbook_url = "https://example.com"))]
    #[alert(Twice, p95 > 2s, annotations(impact = "slow", impact = "slower"))]
    #[alert(NoLabel, p95 > 2s, annotations(impact = "{instance} is slow"))]
    #[alert(Time, p95 > 2s, keep_firing_for = 10)]
    #[alert(Reserved, p95 > 2s, labels(objective = "x"))]
    #[objective(latency = 500ms, target = 99%, annotations(impact = "{instance} is slow"))]
    pub latency: Histogram,
}

fn main() {}
