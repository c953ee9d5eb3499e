//! Recent traces: a list that is filtered, and one trace with its spans.

use std::{
    collections::{HashMap, HashSet},
    iter,
    time::{Duration, SystemTime},
};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    number::{milliseconds, unix_milliseconds},
    subject::Subject,
};
use crate::{
    request::Query,
    trace::{RecentTraces, Span, SpanKind, SpanStatus, Trace},
};

/// The most traces of one response, and their number if the request has none.
const MOST: usize = 500;
const USUAL: usize = 100;

/// The status of spans that have failed.
const ERROR: &str = "error";

/// Which traces a request asks for.
#[derive(Debug, PartialEq)]
pub(super) struct Filter {
    stage: Option<String>,
    /// Whether a span of the stage has to have failed, and not only some span of the trace.
    has_stage_failed: bool,
    failed: Option<bool>,
    at_least: Option<Duration>,
    trace_id: Option<String>,
    limit: usize,
}

/// What `/api/v1/traces` responds with.
#[derive(Debug, Serialize)]
pub(super) struct TraceList {
    /// Whether the program keeps traces in the process.
    kept: bool,
    /// The traces that the filter selects, without the limit.
    found: usize,
    /// The latest first.
    traces: Vec<TraceRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct TraceRow {
    trace_id: String,
    name: String,
    start_unix_ms: f64,
    duration_ms: f64,
    spans: usize,
    missing_spans: u64,
    failed: bool,
    error: Option<String>,
}

/// What `/api/v1/traces/{id}` responds with.
#[derive(Debug, Serialize)]
pub(super) struct TraceView {
    #[serde(flatten)]
    row: TraceRow,
    /// Ordered by start time.
    tree: Vec<SpanView>,
}

#[derive(Debug, Serialize)]
pub(super) struct SpanView {
    span_id: String,
    parent_span_id: Option<String>,
    parent_is_remote: bool,
    /// The number of ancestors in this process, up to 64.
    depth: usize,
    name: String,
    kind: SpanKind,
    scope: String,
    offset_ms: f64,
    duration_ms: f64,
    status: &'static str,
    error: Option<String>,
    attributes: Map<String, Value>,
    events: Vec<EventView>,
    links: Vec<LinkView>,
}

#[derive(Debug, Serialize)]
struct EventView {
    name: String,
    offset_ms: f64,
    attributes: Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct LinkView {
    trace_id: String,
    span_id: String,
}

impl Filter {
    /// # Errors
    ///
    /// Returns what is wrong with the first invalid parameter.
    pub(super) fn parse(query: &Query) -> Result<Self, String> {
        let failed = match query.get("status") {
            None => None,
            Some("ok") => Some(false),
            Some("error") => Some(true),
            Some(_) => return Err("invalid `status`: use `ok` or `error`".to_owned()),
        };
        let milliseconds = query.parsed::<u64>("min_ms", "an integer of milliseconds")?;
        let limit = query.parsed::<usize>("limit", "an integer from 1 to 500")?;
        Ok(Self {
            stage: query.get("stage").map(str::to_owned),
            has_stage_failed: false,
            failed,
            at_least: milliseconds.map(Duration::from_millis),
            trace_id: query.get("trace_id").map(str::to_ascii_lowercase),
            limit: limit.unwrap_or(USUAL).clamp(1, MOST),
        })
    }

    /// Returns the traces that have failed, in this stage if there is one.
    pub(super) fn failures(stage: Option<&str>, limit: usize) -> Self {
        Self {
            stage: stage.map(str::to_owned),
            has_stage_failed: true,
            failed: Some(true),
            at_least: None,
            trace_id: None,
            limit,
        }
    }

    fn selects(&self, trace: &Trace) -> bool {
        let is_wanted =
            |span: &Span| !self.has_stage_failed || matches!(span.status, SpanStatus::Error { .. });
        let mut spans = trace.spans.iter();
        let has_stage = |stage: &String| spans.any(|span| span.name == *stage && is_wanted(span));
        self.stage.as_ref().is_none_or(has_stage)
            && self
                .failed
                .is_none_or(|failed| failed == self::failed(trace).is_some())
            && self.at_least.is_none_or(|least| extent(trace).1 >= least)
            && self.trace_id.as_ref().is_none_or(|id| trace.id == *id)
    }
}

/// Returns the recent traces that the filter selects.
pub(super) fn list(subject: &Subject, filter: &Filter) -> TraceList {
    let traces = subject.traces.as_ref();
    let all = traces.map(RecentTraces::all).unwrap_or_default();
    let mut found: Vec<&Trace> = all.iter().filter(|trace| filter.selects(trace)).collect();
    let count = found.len();
    found.truncate(filter.limit);
    TraceList {
        kept: traces.is_some_and(RecentTraces::are_kept),
        found: count,
        traces: found.into_iter().map(TraceRow::new).collect(),
    }
}

/// Returns the trace with this id. `None` if it is not among the recent ones.
pub(super) fn find(subject: &Subject, id: &str) -> Option<TraceView> {
    let id = id.to_ascii_lowercase();
    let all = subject.traces.as_ref()?.all();
    let trace = all.into_iter().find(|trace| trace.id == id)?;
    let (start, _) = extent(&trace);
    let parents = Parents::of(&trace);
    let spans = trace.spans.iter();
    let tree = spans.map(|span| SpanView::new(span, start, parents.depth(span)));
    Some(TraceView {
        row: TraceRow::new(&trace),
        tree: tree.collect(),
    })
}

impl TraceList {
    pub(super) fn into_rows(self) -> Vec<TraceRow> {
        self.traces
    }
}

impl TraceView {
    pub(super) fn into_spans(self) -> Vec<SpanView> {
        self.tree
    }
}

impl TraceRow {
    pub(super) fn id(&self) -> &str {
        &self.trace_id
    }

    fn new(trace: &Trace) -> Self {
        let root = trace.root().or_else(|| trace.spans.first());
        let (start, duration) = extent(trace);
        let failed = failed(trace);
        Self {
            trace_id: trace.id.clone(),
            name: root.map(|span| span.name.clone()).unwrap_or_default(),
            start_unix_ms: unix_milliseconds(start),
            duration_ms: milliseconds(duration),
            spans: trace.spans.len(),
            missing_spans: trace.missing_spans,
            failed: failed.is_some(),
            error: failed.and_then(error),
        }
    }
}

/// Returns the earliest start of a span, and the time to the latest end.
fn extent(trace: &Trace) -> (SystemTime, Duration) {
    let start = trace.spans.iter().map(|span| span.start).min();
    let start = start.unwrap_or(SystemTime::UNIX_EPOCH);
    let ends = trace
        .spans
        .iter()
        .map(|span| offset(span.start, start) + span.duration);
    (start, ends.max().unwrap_or_default())
}

fn offset(time: SystemTime, start: SystemTime) -> Duration {
    time.duration_since(start).unwrap_or_default()
}

/// Returns the first span that has failed.
fn failed(trace: &Trace) -> Option<&Span> {
    let mut spans = trace.spans.iter();
    spans.find(|span| matches!(span.status, SpanStatus::Error { .. }))
}

/// Returns the description of the error of a span, or else its type.
fn error(span: &Span) -> Option<String> {
    let SpanStatus::Error { description } = &span.status else {
        return None;
    };
    if description.is_empty() {
        let error_type = span.attributes.get("error.type")?;
        return error_type.as_str().map(str::to_owned);
    }
    Some(description.clone())
}

/// The most ancestors that are counted. Ids from other processes can be in a circle.
const DEEPEST: usize = 64;

/// The parents of spans in a trace, by the ids of both.
struct Parents<'t>(HashMap<&'t str, &'t str>);

impl<'t> Parents<'t> {
    fn of(trace: &'t Trace) -> Self {
        let ids: HashSet<&str> = trace.spans.iter().map(|span| &*span.span_id).collect();
        let parents = trace.spans.iter().filter_map(|span| {
            let parent = span.parent_span_id.as_deref()?;
            ids.contains(parent).then_some((&*span.span_id, parent))
        });
        Self(parents.collect())
    }

    fn depth(&self, span: &'t Span) -> usize {
        let parent = |id: &&str| self.0.get(*id).copied();
        let ancestors = iter::successors(parent(&&*span.span_id), parent);
        ancestors.take(DEEPEST).count()
    }
}

impl SpanView {
    pub(super) fn id(&self) -> &str {
        &self.span_id
    }

    pub(super) fn parent(&self) -> Option<&str> {
        self.parent_span_id.as_deref()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn has_failed(&self) -> bool {
        self.status == ERROR
    }

    /// The end, in milliseconds after the start of the trace.
    pub(super) const fn end(&self) -> f64 {
        self.offset_ms + self.duration_ms
    }

    fn new(span: &Span, start: SystemTime, depth: usize) -> Self {
        let after = |time| milliseconds(offset(time, start));
        let status = match &span.status {
            SpanStatus::Unset => "unset",
            SpanStatus::Ok => "ok",
            SpanStatus::Error { .. } => ERROR,
        };
        let events = span.events.iter().map(|event| EventView {
            name: event.name.clone(),
            offset_ms: after(event.time),
            attributes: event.attributes.clone(),
        });
        let links = span.links.iter().map(|link| LinkView {
            trace_id: link.trace_id.clone(),
            span_id: link.span_id.clone(),
        });
        Self {
            span_id: span.span_id.clone(),
            parent_span_id: span.parent_span_id.clone(),
            parent_is_remote: span.parent_is_remote,
            depth,
            name: span.name.clone(),
            kind: span.kind,
            scope: span.scope.clone(),
            offset_ms: after(span.start),
            duration_ms: milliseconds(span.duration),
            status,
            error: error(span),
            attributes: span.attributes.clone(),
            events: events.collect(),
            links: links.collect(),
        }
    }
}
