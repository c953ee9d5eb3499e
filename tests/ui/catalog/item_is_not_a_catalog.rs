use glyph_runtime::metric_catalog;

#[metric_catalog(namespace = "app")]
pub enum Metrics {
    Requests,
}

#[metric_catalog(namespace = "app")]
pub struct Generic<T> {
    pub requests: T,
}

fn main() {}
