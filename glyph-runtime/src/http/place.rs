//! Where a call stands in its trace.

use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt},
};
use tracing::Span;

use crate::trace;

/// The span of a call, and what is current below it.
#[derive(Debug)]
pub(crate) struct Place {
    /// What is current while the call runs, below the span.
    context: Context,
    pub(crate) span: Span,
}

impl Place {
    /// Opens a span inside of `context`, if there is to be one: below an unsampled span none is built.
    pub(crate) fn open(context: Context, open: impl FnOnce() -> Span) -> Self {
        let attached = context.clone().attach();
        let span = trace::around(false).map_or_else(Span::none, |_| open());
        drop(attached);
        Self { context, span }
    }

    /// Runs `work` where the call runs.
    pub(crate) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        let _attached = self.context.clone().attach();
        self.span.in_scope(work)
    }

    /// The call's span, or the one around it where the call has none.
    pub(crate) fn ids(&self) -> SpanContext {
        self.in_scope(|| Context::map_current(|current| current.span().span_context().clone()))
    }
}
