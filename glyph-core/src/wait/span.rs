//! The span of a wait.

use tracing::Level;

use super::WaitEnd;
use crate::{
    descriptor::SourceCrate,
    span::{OpenSpan, SpanCallsite, SpanNeeds, open_for, value},
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

/// Opens the span of a wait.
pub(super) fn open(name: &'static str, scope: &'static str) -> OpenSpan {
    open_for(&SITE, SpanNeeds::Nothing, |open| {
        open(&[value(&name), value(&scope)]);
    })
}

/// Opens the span of an item, which shows it as one of `tracing`'s. Below a span that is not sampled
/// it is a record.
pub(super) fn open_of_item(name: &'static str) -> OpenSpan {
    open_for(&SITE, SpanNeeds::IfSampled, |open| open(&[value(&name)]))
}

/// Records the end of a wait. The thread is right in it.
pub(super) fn describe(open: &OpenSpan, end: &WaitEnd) {
    let status = end.outcome.is_error().then_some("ERROR");
    open.record(&[
        ("wait.duration", value(&end.duration.as_secs_f64())),
        ("wait.outcome", value(&end.label().as_str())),
        ("otel.status_code", value(&status)),
    ]);
}
