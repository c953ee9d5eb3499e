use glyph_runtime::{Counter, Gauge, LabelSet, Status, metric_catalog};

#[derive(LabelSet)]
pub struct ToolCall<'a> {
    #[label(max = 1000)]
    pub tool: &'a str,
    pub status: Status,
}

#[metric_catalog(namespace = "app", max_series = 2_000)]
pub struct Metrics {
    /// Tool calls.
    pub tool_calls: Counter<ToolCall<'_>>,
    /// Sessions.
    pub sessions: Gauge,
}

fn main() {}
