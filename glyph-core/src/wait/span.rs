//! The span of a wait.

use tracing::Level;

use super::WaitEnd;
use crate::{
    descriptor::SourceCrate,
    span::{OpenSpan, SpanCallsite, open_here, value},
};

static SITE: SpanCallsite = SpanCallsite::new(
    &SITE,
    [
        &[],
        &["otel.name", "wait.scope", "wait.duration", "wait.outcome"],
    ],
    ["wait", "glyph::wait", module_path!(), file!(), ""],
    line!(),
    Level::INFO,
    SourceCrate::of_module(module_path!(), Some(env!("CARGO_PKG_VERSION"))),
);

/// Opens the span of a wait. Below a span that is not sampled it is a record.
pub(super) fn open(name: &'static str, scope: Option<&'static str>) -> OpenSpan {
    let fields = [value(&name), value(&scope)];
    open_here(&SITE, &fields)
}

pub(super) fn describe(open: &OpenSpan, end: &WaitEnd) {
    let span = open.span();
    if span.is_disabled() {
        return;
    }
    span.record("wait.duration", end.duration.as_secs_f64());
    span.record("wait.outcome", end.label().as_str());
    if end.outcome.is_error() {
        span.record("otel.status_code", "ERROR");
    }
}
