use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[alert]
    #[alert(rate > 10/s)]
    #[alert(NoCondition)]
    #[alert(NoNumber, rate)]
    #[alert(Both, rate > 10/s, expr = "up == 0")]
    #[alert(Grouped, expr = "up == 0", by(job))]
    #[alert(Twice, rate > 10/s)]
    #[alert(Twice, rate > 20/s)]
    #[alert(Key, rate > 10/s, severty = warning)]
    #[alert(Label, rate > 10/s, labels(severity = "page"))]
    #[alert(Text, rate > 10/s, summary = "{} requests")]
    pub requests: Counter,
}

fn main() {}
