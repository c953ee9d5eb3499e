//! Recent log lines, filtered.

use serde::Serialize;
use serde_json::{Map, Value};
use tracing::Level;

use crate::{
    log::{LogFilters, RecentLine, RecentLines},
    request::Query,
};

/// The most lines of one response, and their number if the request has none.
const MOST: usize = 1000;
const USUAL: usize = 200;

const LEVELS: &str = "`error`, `warn`, `info`, `debug` or `trace`";

/// The log, as far as the console reads and changes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// `None` if the program writes no log.
    pub(crate) lines: Option<RecentLines>,
    pub(crate) filters: LogFilters,
}

/// Which lines a request asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filter {
    /// The least severe level.
    level: Option<Level>,
    /// A part of the line, in lower case.
    text: Option<String>,
    trace_id: Option<String>,
    /// The number of the line before the first one.
    after: Option<u64>,
    limit: usize,
}

/// What `/api/v1/logs` responds with.
#[derive(Debug, Serialize)]
pub(super) struct LogList {
    /// Whether the program keeps lines in the process.
    kept: bool,
    /// The filter of the log, in the syntax of `RUST_LOG`.
    filter: Option<String>,
    /// The number of the last line that was looked at, for `after`.
    last: Option<u64>,
    /// Lines that were too long to be kept.
    left_out: u64,
    /// The bytes that all lines take.
    bytes: usize,
    /// The oldest first.
    lines: Vec<LineView>,
}

#[derive(Debug, Serialize)]
struct LineView {
    number: u64,
    timestamp: String,
    level: String,
    target: String,
    message: String,
    trace_id: Option<String>,
    span_id: Option<String>,
    fields: Map<String, Value>,
}

impl Filter {
    /// # Errors
    ///
    /// Returns what is wrong with the first invalid parameter.
    pub(super) fn parse(query: &Query) -> Result<Self, String> {
        let limit = query.parsed::<usize>("limit", "an integer from 1 to 1000")?;
        let [level, text, trace_id] = ["level", "text", "trace_id"].map(|name| query.get(name));
        Ok(Self {
            after: query.parsed("after", "the number of a line")?,
            ..Self::new(level, text, trace_id, limit.unwrap_or(USUAL))?
        })
    }

    /// # Errors
    ///
    /// Returns what is wrong with the level.
    pub(super) fn new(
        level: Option<&str>,
        text: Option<&str>,
        trace_id: Option<&str>,
        limit: usize,
    ) -> Result<Self, String> {
        let parse =
            |name| self::level(name).ok_or_else(|| format!("invalid `level`: use {LEVELS}"));
        Ok(Self {
            level: level.map(parse).transpose()?,
            text: text.map(str::to_lowercase),
            trace_id: trace_id.map(str::to_ascii_lowercase),
            after: None,
            limit: limit.clamp(1, MOST),
        })
    }

    /// Returns the lines of a trace.
    pub(super) fn of_trace(id: &str) -> Self {
        Self {
            level: None,
            text: None,
            trace_id: Some(id.to_ascii_lowercase()),
            after: None,
            limit: MOST,
        }
    }

    /// Returns the same filter for lines after this one.
    pub(super) fn after(&self, last: Option<u64>) -> Self {
        Self {
            after: last.or(self.after),
            ..self.clone()
        }
    }

    fn selects(&self, line: &RecentLine) -> bool {
        let is_severe = |least: Level| level(&line.level).is_some_and(|level| level <= least);
        self.level.is_none_or(is_severe)
            && self.text.as_ref().is_none_or(|text| has_text(line, text))
    }
}

fn level(name: &str) -> Option<Level> {
    let all = [
        Level::ERROR,
        Level::WARN,
        Level::INFO,
        Level::DEBUG,
        Level::TRACE,
    ];
    all.into_iter()
        .find(|level| level.as_str().eq_ignore_ascii_case(name))
}

/// Whether a line has this text, which is in lower case.
fn has_text(line: &RecentLine, text: &str) -> bool {
    let has = |part: &str| part.to_lowercase().contains(text);
    let value_has = |value: &Value| match value {
        Value::String(part) => has(part),
        other => has(&other.to_string()),
    };
    has(&line.message) || has(&line.target) || { line.fields.iter() }
        .any(|(name, value)| has(name) || value_has(value))
}

/// Returns the lines that the filter selects: the first ones after a line, or else the latest ones.
pub(super) fn list(log: &Log, filter: &Filter) -> LogList {
    let now = log.lines.as_ref().map(RecentLines::now);
    let from = filter.after.map_or(0, |after| after.saturating_add(1));
    let mut last = now.as_ref().and_then(|now| now.next.checked_sub(1));
    let mut lines = Vec::new();
    if let Some(now) = &now {
        let found = now.lines(from, filter.trace_id.as_deref());
        let found = found.filter(|line| filter.selects(line));
        if filter.after.is_some() {
            lines.extend(found.take(filter.limit).map(LineView::from));
            if lines.len() == filter.limit {
                last = lines.last().map(|line: &LineView| line.number);
            }
        } else {
            lines.extend(found.rev().take(filter.limit).map(LineView::from));
            lines.reverse();
        }
    }
    LogList {
        kept: now.is_some(),
        filter: log.filters.text(),
        last,
        left_out: now.as_ref().map_or(0, |now| now.left_out),
        bytes: now.as_ref().map_or(0, |now| now.bytes),
        lines,
    }
}

impl LogList {
    pub(super) const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) const fn last(&self) -> Option<u64> {
        self.last
    }
}

impl From<RecentLine> for LineView {
    fn from(line: RecentLine) -> Self {
        Self {
            number: line.number,
            timestamp: line.timestamp,
            level: line.level,
            target: line.target,
            message: line.message,
            trace_id: line.trace_id,
            span_id: line.span_id,
            fields: line.fields,
        }
    }
}
