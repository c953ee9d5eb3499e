//! The guard of a thread inside of a call.

use super::{Guard, event::EnclosingEvents};
use crate::span::EnteredSpan;

/// Keeps the span of a call current, and counts retries and fallbacks for the call.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub struct SpanGuard<'call> {
    /// The events that were current before. `None` if the stage counts no events.
    outer: Option<EnclosingEvents>,
    _span: EnteredSpan<'call>,
}

impl Guard {
    /// Enters the call.
    pub(super) fn enter(&self) -> SpanGuard<'_> {
        let span = EnteredSpan::enter(self.span());
        SpanGuard {
            outer: self.enter_events(),
            _span: span,
        }
    }
}

impl Drop for SpanGuard<'_> {
    fn drop(&mut self) {
        if let Some(outer) = &self.outer {
            outer.restore();
        }
    }
}
