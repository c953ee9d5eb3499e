//! Recent log lines of a program.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Which lines to return. Default: the latest 200.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// The least severe level: `error`, `warn`, `info`, `debug` or `trace`.
    pub level: Option<String>,
    /// A part of the message, the target or a field, in any case.
    pub text: Option<String>,
    /// Only lines of this trace.
    pub trace_id: Option<String>,
    /// The number of a line: the first lines after it are returned.
    pub after: Option<u64>,
    /// The most lines, up to 1000.
    pub limit: Option<usize>,
}

impl LogQuery {
    pub(super) fn parameters(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("level", self.level.clone()),
            ("text", self.text.clone()),
            ("trace_id", self.trace_id.clone()),
            ("after", self.after.map(|after| after.to_string())),
            ("limit", self.limit.map(|most| most.to_string())),
        ];
        let given = all
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        given.collect()
    }
}

/// Recent log lines.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct LogList {
    /// Whether the program writes a log.
    pub kept: bool,
    /// The filter of the log, in the syntax of `RUST_LOG`.
    pub filter: Option<String>,
    /// The number of the last line that was looked at, for [`LogQuery::after`].
    pub last: Option<u64>,
    /// The oldest first.
    pub lines: Vec<LogLine>,
}

/// A log line.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[non_exhaustive]
pub struct LogLine {
    /// The number of the line since the start of the program.
    pub number: u64,
    /// The time, as the line has it.
    pub timestamp: String,
    /// The level, in upper case.
    pub level: String,
    /// The target.
    pub target: String,
    /// The message.
    pub message: String,
    /// The trace id.
    pub trace_id: Option<String>,
    /// The span id.
    pub span_id: Option<String>,
    /// The other fields.
    pub fields: Map<String, Value>,
}
