//! The span and the trace in which a call began, for a call that another task or thread may continue.

use std::sync::OnceLock;

use tracing::Span;

use super::{
    enter::{EnteredSpan, enter_span, exit_span},
    inside::Inside,
    record::Entered,
    traces::{KeptContext, context},
};

/// The span of `tracing`'s around a call, which stays open, and the context of its trace. Entering
/// the span does not always make the context current: the caller of another process has no span
/// here.
#[derive(Debug)]
pub(super) struct Around {
    span: Span,
    within: Entered,
    context: Option<Box<dyn KeptContext>>,
    /// The span of the call, if code has asked for one after all.
    built: OnceLock<Span>,
    /// The span that the callsite names as parent. It stays open until its child has ended.
    _parent: Span,
}

/// Keeps current what is around a call. Drop it in the function that created it.
#[derive(Debug)]
#[must_use = "dropping it leaves what is around the call"]
pub(crate) struct EnteredAround<'around> {
    // Left in this order.
    _context: EnteredContext<'around>,
    _span: Option<EnteredSpan<'around>>,
}

#[derive(Debug)]
struct EnteredContext<'around>(Option<&'around dyn KeptContext>);

impl Drop for EnteredContext<'_> {
    fn drop(&mut self) {
        if let Some(context) = self.0 {
            context.leave();
        }
    }
}

impl Around {
    /// Keeps what is around the running code.
    pub(super) fn now() -> Self {
        Self {
            context: context(),
            ..Self::without_context()
        }
    }

    /// Keeps the span around the running code alone.
    pub(super) fn without_context() -> Self {
        Self {
            span: Span::current(),
            within: Entered::now(),
            context: None,
            built: OnceLock::new(),
            _parent: Span::none(),
        }
    }

    /// Keeps `parent` open, and nothing around the running code: the call is not inside of that.
    pub(super) fn below(parent: &Span) -> Self {
        Self {
            span: Span::none(),
            within: Entered::now(),
            context: None,
            built: OnceLock::new(),
            _parent: parent.clone(),
        }
    }

    /// Whether there is nothing around the call.
    pub(super) fn is_nothing(&self) -> bool {
        self.span.is_disabled() && self.context.is_none()
    }

    /// Returns the span, unless the thread is in it.
    #[inline]
    fn span(&self) -> Option<&Span> {
        (!self.within.is_here()).then_some(&self.span)
    }

    /// Enters the span and the context. Call [`leave`](Self::leave) on the same thread.
    pub(super) fn enter(&self) -> Inside {
        let span = self.span().is_some_and(enter_span);
        let inside = Inside::NOTHING.with(Inside::SPAN, span);
        let context = self.context.as_ref();
        inside.with(
            Inside::CONTEXT,
            context.is_some_and(|context| context.enter()),
        )
    }

    /// Leaves what [`enter`](Self::enter) has entered.
    pub(super) fn leave(&self, inside: Inside) {
        if let Some(context) = &self.context
            && inside.has(Inside::CONTEXT)
        {
            context.leave();
        }
        if inside.has(Inside::SPAN) {
            exit_span(&self.span);
        }
    }

    /// The span of the call, if one was built.
    pub(super) fn built(&self) -> Option<&Span> {
        self.built.get()
    }

    /// Returns the span of the call. If it has none yet, `build` builds one, inside of this span and
    /// context. `None` if the subscriber disables that span, and then the call goes on without one.
    pub(super) fn built_by(&self, build: impl FnOnce() -> Span) -> Option<&Span> {
        if let Some(span) = self.built.get() {
            return Some(span);
        }
        // Not inside of `get_or_init`: a layer may ask for the same span.
        let span = {
            let _inside = self.entered();
            build()
        };
        (!span.is_disabled()).then(|| self.built.get_or_init(|| span))
    }

    /// Enters the span and the context until the returned guard is dropped.
    pub(super) fn entered(&self) -> EnteredAround<'_> {
        let span = self.span().map(EnteredSpan::enter);
        let context = self.context.as_deref();
        EnteredAround {
            _context: EnteredContext(context.filter(|context| context.enter())),
            _span: span,
        }
    }
}
