use glyph_runtime::{Counter, metric_catalog};

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Calls of tools.
    #[metric(label = "tool")]
    pub tool_calls: Counter<Option<String>>,
}

fn main() {}
