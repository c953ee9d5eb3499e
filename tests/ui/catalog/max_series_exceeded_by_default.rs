use glyph_runtime::{Counter, LabelSet, metric_catalog};

#[derive(LabelSet)]
pub struct ToolCall<'a> {
    #[label(max = 10000)]
    pub tool: &'a str,
}

#[metric_catalog(namespace = "app")]
pub struct Metrics {
    /// Tool calls.
    pub tool_calls: Counter<ToolCall<'_>>,
}

fn main() {}
