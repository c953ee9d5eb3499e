//! Where a call stands in its trace.

use std::sync::Arc;

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt},
};
use tracing::Span;

use crate::{scope::ScopeLabels, trace};

/// The span of a call, and what is current below it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) span: Span,
    /// The call's span, or the one around it where the call has none; known when it was entered.
    pub(crate) ids: SpanContext,
    /// The span around the call.
    around: SpanId,
    /// What is current while the call runs. None where entering the span makes it so.
    context: Option<Context>,
    /// Those of the scope in which the call was opened, if there are any. It stays there, whoever polls it.
    pub(crate) labels: Option<Arc<ScopeLabels>>,
}

impl Place {
    /// Opens a span inside of `context`, if there is to be one: below an unsampled span none is built.
    pub(crate) fn open(context: Context, open: impl FnOnce() -> Span) -> Self {
        let around = Context::map_current(id);
        let attached = context.clone().attach();
        let span = trace::around(false).map_or_else(Span::none, |_| open());
        drop(attached);
        Self {
            span,
            ids: SpanContext::NONE,
            around,
            context: Some(context),
            labels: ScopeLabels::current_if_any().map(Arc::new),
        }
    }

    /// [`in_scope`](Self::in_scope) for the first time, where it turns out what the span makes current.
    pub(crate) fn enter_first<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let Some(context) = self.context.clone() else {
            return self.in_scope(work);
        };
        let labels = self.labels.clone();
        let _labels = labels.as_deref().map(ScopeLabels::enter);
        let (brought, ids, result) = self.span.in_scope(|| {
            let ids = Context::map_current(ids);
            let is_new = ids.span_id() != self.around && ids.span_id() != id(&context);
            if ids.is_valid() && is_new {
                (true, ids, work())
            } else {
                let _attached = context.attach();
                (false, Context::map_current(self::ids), work())
            }
        });
        self.ids = ids;
        if brought {
            self.context = None;
        }
        result
    }

    /// Runs `work` where the call runs.
    pub(crate) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        let _labels = self.labels.as_deref().map(ScopeLabels::enter);
        self.span.in_scope(|| {
            let _attached = self.context.clone().map(Context::attach);
            work()
        })
    }
}

fn ids(context: &Context) -> SpanContext {
    context.span().span_context().clone()
}

fn id(context: &Context) -> SpanId {
    context.span().span_context().span_id()
}
