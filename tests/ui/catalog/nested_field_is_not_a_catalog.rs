use glyph_runtime::metric_catalog;

pub struct HttpMetrics;

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    #[catalog]
    pub http: HttpMetrics,
}

fn main() {}
