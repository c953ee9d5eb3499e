//! The time in which a call has the thread.

use tracing::Span;

use super::{Guard, event::Events};

/// While it lives, the call's span is current, and retries and fallbacks are the call's.
///
/// `tracing`'s own guard would have its drop compiled into every instrumented function.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub struct SpanGuard<'call> {
    /// What was current before; none where the stage binds no events.
    outer: Option<Events>,
    span: &'call Span,
}

impl Guard {
    /// Enters the call.
    pub(super) fn enter(&self) -> SpanGuard<'_> {
        let span = self.span();
        span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
        SpanGuard {
            outer: self.events().map(Events::enter),
            span,
        }
    }
}

impl Drop for SpanGuard<'_> {
    fn drop(&mut self) {
        if let Some(outer) = self.outer {
            outer.restore();
        }
        self.span
            .with_subscriber(|(id, dispatch)| dispatch.exit(id));
    }
}
