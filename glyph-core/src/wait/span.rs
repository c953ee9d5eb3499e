//! The span of a wait.

use tracing::{Span, field::Empty, info_span};

use super::WaitEnd;
use crate::{
    span::parent_span,
    thread_end::{FirstUse, is_ending},
};

/// Opens the span of a wait. Below a span that is not sampled it is disabled.
pub(super) fn open(name: &'static str, scope: Option<&'static str>) -> Span {
    if is_ending() || parent_span(false).is_none() {
        return Span::none();
    }
    let span = info_span!(
        target: "glyph::wait",
        "wait",
        otel.name = name,
        otel.status_code = Empty,
        wait.scope = scope,
        wait.duration = Empty,
        wait.outcome = Empty,
    );
    FirstUse::NewSpan.mark();
    span
}

pub(super) fn describe(span: &Span, end: &WaitEnd) {
    if span.is_disabled() {
        return;
    }
    span.record("wait.duration", end.duration.as_secs_f64());
    span.record("wait.outcome", end.label().as_str());
    if end.outcome.is_error() {
        span.record("otel.status_code", "ERROR");
    }
}
