//! Recent traces of a program.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Which traces to return. Default: the latest 100.
#[derive(Clone, Debug, Default)]
pub struct TraceQuery {
    /// Only traces with a span of this name.
    pub stage: Option<String>,
    /// Only traces that have failed (`true`), or have not (`false`).
    pub failed: Option<bool>,
    /// Only traces that took at least this time, in milliseconds.
    pub min_ms: Option<u64>,
    /// The most traces, up to 500.
    pub limit: Option<usize>,
}

impl TraceQuery {
    pub(super) fn parameters(&self) -> Vec<(&'static str, String)> {
        let status = |failed: bool| if failed { "error" } else { "ok" };
        let all = [
            ("stage", self.stage.clone()),
            ("status", self.failed.map(status).map(str::to_owned)),
            ("min_ms", self.min_ms.map(|least| least.to_string())),
            ("limit", self.limit.map(|most| most.to_string())),
        ];
        let given = all
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        given.collect()
    }
}

/// Recent traces.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct TraceList {
    /// Whether the program keeps traces in the process.
    pub kept: bool,
    /// The traces that the query selects, without the limit.
    pub found: usize,
    /// The latest first.
    pub traces: Vec<TraceRow>,
}

/// A trace without its spans.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct TraceRow {
    /// The trace id, 32 hexadecimal digits.
    pub trace_id: String,
    /// The name of the first span.
    pub name: String,
    /// The start, in milliseconds since the Unix epoch.
    pub start_unix_ms: f64,
    /// The duration, in milliseconds.
    pub duration_ms: f64,
    /// The number of spans.
    pub spans: usize,
    /// Spans for which there was no room.
    pub missing_spans: u64,
    /// Whether a span has failed.
    pub failed: bool,
    /// The error of the first failed span.
    pub error: Option<String>,
}

/// A trace with its spans.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// The trace.
    #[serde(flatten)]
    pub row: TraceRow,
    /// The spans, ordered by start time.
    pub tree: Vec<Span>,
}

/// A span.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Span {
    /// The span id, 16 hexadecimal digits.
    pub span_id: String,
    /// The id of the parent.
    pub parent_span_id: Option<String>,
    /// The number of ancestors in this process.
    pub depth: usize,
    /// The name.
    pub name: String,
    /// The start, in milliseconds after that of the trace.
    pub offset_ms: f64,
    /// The duration, in milliseconds.
    pub duration_ms: f64,
    /// `unset`, `ok` or `error`.
    pub status: String,
    /// The error.
    pub error: Option<String>,
    /// The labels and fields.
    pub attributes: Map<String, Value>,
    /// The events.
    pub events: Vec<SpanEvent>,
    /// The linked spans.
    pub links: Vec<SpanLink>,
}

/// An event of a span.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct SpanEvent {
    /// The name.
    pub name: String,
    /// The time, in milliseconds after the start of the trace.
    pub offset_ms: f64,
    /// The fields.
    pub attributes: Map<String, Value>,
}

/// A link to a span.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct SpanLink {
    /// The trace id.
    pub trace_id: String,
    /// The span id.
    pub span_id: String,
}
