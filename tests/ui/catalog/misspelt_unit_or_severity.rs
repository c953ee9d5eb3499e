use glyph_runtime::{Gauge, Histogram, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Age of the oldest order.
    #[metric(unit = secods)]
    pub age: Gauge,
    /// Size of an order.
    #[metric(unit = "byte", buckets = [1KiB, 1MiB])]
    pub size: Histogram,
    /// Open orders.
    #[alert(ManyOrders, > 100, severity = critcal)]
    #[panel(unit = secnds)]
    pub orders: Gauge,
}

fn main() {}
