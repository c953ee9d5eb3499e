//! The guard of a thread inside of a call.

use tracing::Span;

use super::{Guard, event::EnclosingEvents};

/// Keeps the span of a call current, and counts retries and fallbacks for the call.
///
/// The drop of `tracing`'s own guard would be compiled into every instrumented function.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub struct SpanGuard<'call> {
    /// The events that were current before. `None` if the stage counts no events.
    outer: Option<EnclosingEvents>,
    span: &'call Span,
}

impl Guard {
    /// Enters the call.
    pub(super) fn enter(&self) -> SpanGuard<'_> {
        let span = self.span();
        span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
        SpanGuard {
            outer: self.events().map(|events| events.enter()),
            span,
        }
    }
}

impl Drop for SpanGuard<'_> {
    fn drop(&mut self) {
        if let Some(outer) = &self.outer {
            outer.restore();
        }
        self.span
            .with_subscriber(|(id, dispatch)| dispatch.exit(id));
    }
}
