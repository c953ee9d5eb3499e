//! Records that are exported.

use std::fmt;

use super::{
    Annotate, Parent, RecordSlot, SpanCallsite, TypeName, Values, around::Around, inside::Inside,
    record, recorded::Recorded,
};

/// A span that belongs to a trace, and whose fields are in a record. A runtime implements it.
///
/// Dropping it on its first thread without [`end`](Self::end) forgets the span.
#[doc(hidden)]
pub trait TracedSpan: fmt::Debug + Send + Sync {
    /// Whether the span is recorded. Otherwise it only continues a trace that is not sampled.
    fn is_recording(&self) -> bool;

    /// Makes the span the current one of the thread. Returns whether it is to be left.
    fn enter(&self) -> bool;

    /// Leaves the span that the thread has entered last.
    fn leave(&self);

    /// Sets the type of the method that the span is of. It is `None` for a function.
    fn set_function(&mut self, of: Option<TypeName>);

    /// Returns the span for code that adds to it.
    fn annotated(&self) -> Box<dyn Annotate>;

    /// Ends the span with the values of its fields.
    fn end(self: Box<Self>, values: Option<&Values>);
}

/// A record that is exported, with its span.
#[derive(Debug)]
pub(super) struct Traced {
    /// Its own `around` stays empty: the call enters the one below before its span, and the record
    /// after it.
    pub(super) recorded: Recorded,
    /// Whether there is a record. Fields of a call without one must not get into that of another.
    pub(super) has_record: bool,
    /// `None` once the call has ended, and while a thread is in the call: the record has it then.
    span: Option<Box<dyn TracedSpan>>,
    /// The span of `tracing`'s in which the call began, if the call may go on after it has ended, or
    /// the one that the callsite names as parent.
    around: Option<Box<Around>>,
}

// Out of line, so that records of calls that are not sampled stay as small as they are.
impl Traced {
    pub(super) fn new(
        callsite: &'static SpanCallsite,
        slot: RecordSlot,
        span: Box<dyn TracedSpan>,
        parent: &Parent,
    ) -> Self {
        let around = match parent {
            Parent::Span(parent) => Some(Box::new(Around::below(parent))),
            Parent::Current | Parent::Root | Parent::Id(_) => None,
        };
        Self {
            has_record: !slot.is_empty(),
            recorded: Recorded::new(callsite, slot),
            span: Some(span),
            around,
        }
    }

    pub(super) fn span(&self) -> Option<Box<dyn Annotate>> {
        let span = self.span.as_ref()?;
        Some(span.annotated())
    }

    /// Sets the type of the method that the call is of.
    pub(super) fn set_function(&mut self, of: Option<TypeName>) {
        if let Some(span) = &mut self.span {
            span.set_function(of);
        }
    }

    /// Keeps what is around the record. The context is in the span's.
    #[inline(never)]
    pub(super) fn outlive(&mut self) {
        self.recorded.slot.outlive();
        if self.around.is_none() {
            self.around = Some(Box::new(Around::without_context()));
        }
    }

    /// Enters what is around the record, and the span. Returns the record, which is to be entered, and
    /// what was entered.
    #[inline(never)]
    pub(super) fn enter(&mut self) -> (&mut Recorded, Inside) {
        let around = self.around.as_deref();
        let inside = around.map_or(Inside::NOTHING, Around::enter);
        let is_current = self.span.as_ref().is_some_and(|span| span.enter());
        self.recorded.slot.swap_span(&mut self.span);
        (&mut self.recorded, inside.with(Inside::CONTEXT, is_current))
    }

    /// Leaves what [`enter`](Self::enter) has entered.
    #[inline(never)]
    pub(super) fn leave(&mut self, inside: Inside) {
        if inside.has(Inside::RECORD) {
            self.recorded.slot.leave();
        }
        self.recorded.slot.swap_span(&mut self.span);
        if inside.has(Inside::CONTEXT)
            && let Some(span) = &self.span
        {
            span.leave();
        }
        if let Some(around) = &self.around {
            around.leave(inside);
        }
    }

    /// Ends the span and gives the record back. The thread is not in the call.
    #[inline(never)]
    pub(super) fn end(&mut self) {
        if let Some(span) = self.span.take() {
            span.end(self.recorded.slot.values());
            self.recorded.slot.recycle();
        }
    }
}

/// For a call that never began.
impl Drop for Traced {
    fn drop(&mut self) {
        self.end();
    }
}

/// The fields of a record that are exported as those of a span.
pub(super) fn describe_record(error_type: &'static str, description: Option<&str>, is_error: bool) {
    record::update(&Values::of_text("error.type", error_type));
    if is_error {
        record::update(&Values::of_text("otel.status_code", "ERROR"));
    }
    if let Some(description) = description {
        record::update(&Values::of_text("otel.status_description", description));
    }
}
