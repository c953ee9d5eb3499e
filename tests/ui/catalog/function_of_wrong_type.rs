use glyph_runtime::{Counter, Gauge, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Jobs in the queue.
    pub queue_length: Gauge,
    /// Connections that were opened.
    pub connections: Counter,
}

fn main() {
    let metrics = Metrics::global();
    let _length = metrics.queue_length.read_from(|| "three");
    let _opened = metrics.connections.read_from(|| 0.5);
    let _closed = metrics.connections.read_from(|| -> i64 { 3 });
}
