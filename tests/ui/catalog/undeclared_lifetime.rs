use glyph_runtime::{Counter, LabelSet, metric_catalog};

#[derive(LabelSet)]
pub struct ToolCall<'a> {
    #[label(max = 8)]
    pub tool: &'a str,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Calls of tools.
    pub calls: Counter<ToolCall<'a>>,
}

fn main() {}
