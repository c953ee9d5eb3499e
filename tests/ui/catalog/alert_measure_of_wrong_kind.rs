use glyph_runtime::{Counter, Gauge, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[alert(QuantileOfCounter, p95 > 2)]
    #[alert(CounterAlone, > 10)]
    #[alert(WordTypo, rat > 10/s)]
    pub requests: Counter,
    /// Sessions.
    #[alert(RateOfGauge, rate > 10/s)]
    #[alert(Window, > 10, over = 5m)]
    #[alert(Mixed, ratio(self / requests) > 5%)]
    pub sessions: Gauge,
    /// Latency.
    #[metric(unit = seconds)]
    #[alert(HistogramAlone, > 2s)]
    #[alert(Equal, p95 == 2s)]
    #[alert(Unknown, ratio(self / reqests) > 5%)]
    #[alert(Same, ratio(self / self) > 5%)]
    pub latency: Histogram,
}

fn main() {}
