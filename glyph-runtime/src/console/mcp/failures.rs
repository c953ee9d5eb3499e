//! Requests that have failed, each with the stage in which it failed and its log lines.

use std::{
    collections::{HashMap, HashSet},
    iter,
};

use serde::Serialize;

use crate::console::{
    history::History,
    logs::{self, Filter as Lines, LogList},
    state::State,
    subject::Identity,
    traces::{self, SpanView, TraceRow},
};

/// The latest failures of a program.
#[derive(Debug, Serialize)]
pub(super) struct Failures<'s> {
    /// Tells the answers of several programs apart.
    program: &'s Identity,
    failures: Vec<Failure>,
}

/// A request that has failed.
#[derive(Debug, Serialize)]
struct Failure {
    trace: TraceRow,
    /// The stage in which the request failed, or else its innermost failed span: the error, and the
    /// labels as attributes.
    failed: Option<SpanView>,
    /// The failed spans inside of it, such as a call to another service.
    causes: Vec<SpanView>,
    lines: LogList,
}

/// Returns the latest requests that have failed, in this stage if there is one.
pub(super) fn failures<'s>(state: &'s State, within: Option<&str>, limit: usize) -> Failures<'s> {
    let names = |history: &History| {
        let stages = history.stages().iter();
        stages.map(|history| history.stage.name).collect()
    };
    let stages: HashSet<&str> = names(&state.history());
    let filter = traces::Filter::failures(within, limit);
    let found = traces::list(&state.subject, &filter).into_rows();
    let failures = found.into_iter().map(|trace| {
        let view = traces::find(&state.subject, trace.id());
        let spans = view.map(|view| chain(view.into_spans(), within));
        let mut chain = spans.unwrap_or_default();
        let is_stage = |span: &SpanView| stages.contains(span.name());
        let innermost = chain.iter().rposition(is_stage);
        let innermost = innermost.or_else(|| chain.len().checked_sub(1));
        let mut inner = chain.split_off(innermost.unwrap_or_default()).into_iter();
        let lines = Lines::of_trace(trace.id());
        Failure {
            failed: inner.next(),
            causes: inner.collect(),
            lines: logs::list(&state.subject.log, &lines),
            trace,
        }
    });
    Failures {
        program: &state.subject.identity,
        failures: failures.collect(),
    }
}

/// The most failed spans within one another.
const DEEPEST: usize = 64;

/// Returns the failed spans that the error came through, the outermost first. Of several failed spans
/// within one, the one that ended last is taken as the cause: the earlier ones were probably tried again. With a name, the first is the last
/// span of this name that failed.
fn chain(spans: Vec<SpanView>, name: Option<&str>) -> Vec<SpanView> {
    let outer = outer_failures(&spans);
    let mut failed: Vec<SpanView> = spans.into_iter().filter(SpanView::has_failed).collect();
    failed.sort_by(|one, other| one.end().total_cmp(&other.end()));
    let mut chain: Vec<SpanView> = Vec::new();
    while chain.len() < DEEPEST {
        let last = chain.last().map(SpanView::id);
        let continues = |span: &SpanView| match (last, name) {
            (None, Some(name)) => span.name() == name,
            _ => outer.get(span.id()).map(String::as_str) == last,
        };
        let Some(next) = failed.iter().rposition(continues) else {
            break;
        };
        chain.push(failed.remove(next));
    }
    chain
}

/// Returns the innermost failed span around each failed span, by their ids.
fn outer_failures(spans: &[SpanView]) -> HashMap<String, String> {
    let parents: HashMap<&str, &str> = { spans.iter() }
        .filter_map(|span| Some((span.id(), span.parent()?)))
        .collect();
    let failed = || spans.iter().filter(|span| span.has_failed());
    let ids: HashSet<&str> = failed().map(SpanView::id).collect();
    let outer = failed().filter_map(|span| {
        let around = iter::successors(parents.get(span.id()), |id| parents.get(*id));
        // Ids of other processes can be in a circle.
        let outer = around.take(spans.len()).find(|id| ids.contains(*id))?;
        Some((span.id().to_owned(), (*outer).to_owned()))
    });
    outer.collect()
}
