use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Requests.
    #[alert("Gateway {down}", expr = "up == 0")]
    #[alert(OneSided, expr = "up == 0", fires("up 0"))]
    #[alert(OtherSided, expr = "up == 0", silent("up 1"))]
    #[alert(Given, rate > 10/s, fires("up 0"), silent("up 1"))]
    pub requests: Counter,
}

fn main() {}
