//! Requests that have failed, each with the stage in which it failed and its log lines.

use serde::Serialize;

use crate::console::{
    logs::{self, Filter as Lines, LogList},
    state::State,
    traces::{self, SpanView, TraceRow},
};

/// A request that has failed.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    trace: TraceRow,
    /// The innermost span that has failed: the stage, its error, and its labels as attributes.
    failed: Option<SpanView>,
    lines: LogList,
}

/// Returns the latest requests that have failed, in this stage if there is one.
pub(super) fn failures(state: &State, within: Option<&str>, limit: usize) -> Vec<Failure> {
    let filter = traces::Filter::failures(within, limit);
    let found = traces::list(&state.subject, &filter).into_rows();
    let failures = found.into_iter().map(|trace| {
        let view = traces::find(&state.subject, trace.id());
        let lines = Lines::of_trace(trace.id());
        Failure {
            failed: view.and_then(|view| view.into_failed(within)),
            lines: logs::list(&state.subject.log, &lines),
            trace,
        }
    });
    failures.collect()
}
