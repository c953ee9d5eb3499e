//! Code inside of spans.

use tracing::{Dispatch, Span, span::Id};

use crate::thread_end::{FirstUse, is_ending};

/// Runs `work` inside of `span`. A thread that is ending enters no span.
pub fn in_span<R>(span: &Span, work: impl FnOnce() -> R) -> R {
    let _inside = EnteredSpan::enter(span);
    work()
}

/// Keeps a span current. Drop it in the function that created it.
///
/// The drop of `tracing`'s own guard would be compiled into every instrumented function.
#[derive(Debug)]
#[must_use = "dropping it leaves the span"]
pub struct EnteredSpan<'span>(Option<&'span Span>);

impl<'span> EnteredSpan<'span> {
    /// Enters `span`, unless the thread is ending.
    #[inline]
    pub fn enter(span: &'span Span) -> Self {
        Self(enter_span(span).then_some(span))
    }
}

impl Drop for EnteredSpan<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(span) = self.0 {
            exit_span(span);
        }
    }
}

/// Enters `span`, unless the thread is ending. Returns whether it is to be left with
/// [`exit_span`].
#[inline]
pub(super) fn enter_span(span: &Span) -> bool {
    span.with_subscriber(enter) == Some(true)
}

/// Leaves a span.
#[inline]
pub(super) fn exit_span(span: &Span) {
    span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
}

fn enter((id, dispatch): (&Id, &Dispatch)) -> bool {
    if is_ending() {
        return false;
    }
    dispatch.enter(id);
    FirstUse::EnteredSpan.mark();
    true
}
