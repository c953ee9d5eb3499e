//! The span of a call, and the context and scope labels that the call runs in.

use std::sync::Arc;

use crate::context::current_context;
use glyph_core::__runtime::OpenSpan;
use glyph_core::scope::ScopeLabels;
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, SpanRef, TraceContextExt},
};

/// The span of a call, and the context and scope labels that are current while it runs.
#[derive(Debug)]
pub(super) struct CallSpan {
    pub(super) span: OpenSpan,
    /// The ids of the call's span, or of the span around it if the call has none. Known once the
    /// span was entered.
    pub(super) ids: SpanContext,
    /// The id of the span around the call.
    enclosing: SpanId,
    /// The context that is current while the call runs. `None` if entering the span makes it
    /// current.
    context: Option<Context>,
    /// The scope labels of the call. They stay the same, whichever task polls the call.
    pub(super) labels: Option<Arc<ScopeLabels>>,
}

/// The span of a call that the thread is in.
#[derive(Clone, Copy, Debug)]
pub struct CurrentSpan<'call> {
    pub(super) open: &'call OpenSpan,
    /// Whether it is OpenTelemetry's current span.
    is_current: bool,
}

impl CurrentSpan<'_> {
    /// Passes the span to `change` as OpenTelemetry has it.
    pub(super) fn change(&self, change: impl FnOnce(&SpanRef<'_>)) {
        if self.is_current {
            current_context::read(|context| change(&context.span()));
        }
    }
}

impl CallSpan {
    /// Opens a span inside of `context`. If it is not sampled it is a record, if there is a log.
    pub(super) fn open(context: Context, open: impl FnOnce() -> OpenSpan) -> Self {
        let enclosing = current_context::read(id).unwrap_or(SpanId::INVALID);
        let attached = current_context::attach(context.clone());
        let span = open();
        drop(attached);
        Self {
            span,
            ids: SpanContext::NONE,
            enclosing,
            context: Some(context),
            labels: glyph_core::__runtime::current_if_any().map(Arc::new),
        }
    }

    /// Runs `work` inside of the call for the first time, and reads the context that the span makes
    /// current.
    pub(super) fn enter_first<T>(&mut self, work: impl FnOnce(CurrentSpan<'_>) -> T) -> T {
        let Some(context) = self.context.clone() else {
            return self.in_scope(work);
        };
        let labels = self.labels.clone();
        let _labels = labels.as_deref().map(glyph_core::__runtime::enter);
        let enclosing = self.enclosing;
        let (is_current, ids, result) = self.span.in_scope(|open| {
            let ids = current_ids();
            let is_new = ids.span_id() != enclosing && ids.span_id() != id(&context);
            let is_current = ids.is_valid() && is_new;
            let span = CurrentSpan { open, is_current };
            if is_current {
                (true, ids, work(span))
            } else {
                let _attached = current_context::attach(context);
                (false, current_ids(), work(span))
            }
        });
        self.ids = ids;
        if is_current {
            self.context = None;
        }
        result
    }

    /// Runs `work` inside of the call's span, context and scope labels.
    pub(super) fn in_scope<T>(&mut self, work: impl FnOnce(CurrentSpan<'_>) -> T) -> T {
        let Self {
            span,
            context,
            labels,
            ..
        } = self;
        let _labels = labels.as_deref().map(glyph_core::__runtime::enter);
        span.in_scope(|open| {
            let is_current = context.is_none();
            let _attached = context.clone().map(current_context::attach);
            work(CurrentSpan { open, is_current })
        })
    }
}

fn current_ids() -> SpanContext {
    let ids = |context: &Context| context.span().span_context().clone();
    current_context::read(ids).unwrap_or(SpanContext::NONE)
}

fn id(context: &Context) -> SpanId {
    context.span().span_context().span_id()
}
