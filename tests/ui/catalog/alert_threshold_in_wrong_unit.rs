use glyph_runtime::{Counter, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[alert(NoTime, rate > 10)]
    #[alert(UnknownTime, rate > 10/d)]
    #[alert(Share, share(a = b) > 500%)]
    #[alert(Long, rate > 1/s, for = 1500ms)]
    pub requests: Counter,
    /// Sizes.
    #[metric(unit = bytes, buckets = [1KiB, 1MiB])]
    #[alert(Seconds, p95 > 2s)]
    #[alert(Percent, p95 > 2%)]
    pub sizes: Histogram,
}

fn main() {}
