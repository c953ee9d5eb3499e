//! Records that are exported.

use std::fmt;

use super::{
    Annotate, FieldValues, Parent, RecordSlot, SpanCallsite, TypeName, Values, around::Around,
    inside::Inside, record, recorded::Recorded,
};
use crate::{Exemplar, clock::Moment};

/// A span that belongs to a trace, and whose fields are in a record. A runtime implements it.
///
/// Dropping it on its first thread without [`end`](Self::end) forgets the span.
#[doc(hidden)]
pub trait TracedSpan: fmt::Debug + Send + Sync {
    /// Whether the span is recorded. Otherwise it only continues a trace that is not sampled.
    fn is_recording(&self) -> bool;

    /// Returns the exemplar of observations in the call, if they are to have one.
    fn exemplar(&self) -> Option<Exemplar>;

    /// Makes the span the current one of the thread. Returns whether it is to be left.
    ///
    /// `once`: the thread enters the span for the first and the last time, so the span need not keep
    /// the context. A later call returns false.
    fn enter(&mut self, once: bool) -> bool;

    /// Leaves the span that the thread has entered last.
    fn leave(&self);

    /// Sets the type of the method that the span is of. It is `None` for a function.
    fn set_function(&mut self, of: Option<TypeName>);

    /// Returns the span for code that adds to it.
    fn annotated(&self) -> Box<dyn Annotate>;

    /// Ends the span, at this moment, with the values of its fields.
    fn end(self: Box<Self>, ended: Moment, values: Option<&Values>);
}

/// A record that is exported, with its span.
#[derive(Debug)]
pub(super) struct Traced {
    /// Its own `around` stays empty: the call enters the one below before its span, and the record
    /// after it.
    pub(super) recorded: Recorded,
    /// Whether there is a record. Fields of a call without one must not get into that of another.
    pub(super) has_record: bool,
    /// Whether the call has begun. One that has not is exported nowhere.
    has_begun: bool,
    /// Whether the span is recorded, also while a thread is in the call.
    pub(super) is_exported: bool,
    /// `None` once the call has ended, and while a thread is in the call: the record has it then.
    span: Option<Box<dyn TracedSpan>>,
    /// Of the span.
    exemplar: Option<Exemplar>,
    /// When the call ended, if its metrics know that.
    ended: Moment,
    /// The span of `tracing`'s in which the call began, if the call may go on after it has ended, or
    /// the one that the callsite names as parent.
    around: Option<Box<Around>>,
}

// Out of line, so that records of calls that are not sampled stay as small as they are.
impl Traced {
    /// A call whose span is started.
    #[inline]
    pub(super) const fn starting(
        callsite: &'static SpanCallsite,
        span: Box<dyn TracedSpan>,
        exemplar: Option<Exemplar>,
    ) -> Self {
        Self {
            has_record: false,
            recorded: Recorded::new(callsite, RecordSlot::EMPTY),
            has_begun: false,
            exemplar,
            is_exported: false,
            span: Some(span),
            ended: Moment::UNKNOWN,
            around: None,
        }
    }

    /// Whether the span is recorded.
    pub(super) fn is_recording(&self) -> bool {
        self.span.as_ref().is_some_and(|span| span.is_recording())
    }

    /// Begins the call with the values to keep. Returns whether a record can keep them.
    #[inline]
    pub(super) fn begin(&mut self, parent: &Parent, values: Option<FieldValues<'_, '_>>) -> bool {
        self.is_exported = self.is_recording();
        if let Some(mut values) = values {
            values.are_whole = self.is_exported;
            let Recorded { callsite, slot, .. } = &mut self.recorded;
            if !slot.open(callsite, values) {
                return false;
            }
            self.has_record = !slot.is_empty();
        }
        if !matches!(parent, Parent::Current) {
            self.set_parent(parent);
        }
        self.has_begun = true;
        true
    }

    #[cold]
    fn set_parent(&mut self, parent: &Parent) {
        self.recorded.slot.set_named_parent(parent);
        if let Parent::Span(parent) = parent {
            self.around = Some(Box::new(Around::below(parent)));
        }
    }

    pub(super) fn span(&self) -> Option<Box<dyn Annotate>> {
        let span = self.span.as_ref()?;
        Some(span.annotated())
    }

    pub(super) const fn exemplar(&self) -> Option<Exemplar> {
        self.exemplar
    }

    /// Sets when the call ended.
    pub(super) const fn ended(&mut self, ended: Moment) {
        self.ended = ended;
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
            let around = Around::without_context();
            self.around = (!around.is_nothing()).then(|| Box::new(around));
        }
    }

    /// Enters what is around the record, and the span. Returns the record, which is to be entered, and
    /// what was entered.
    #[inline(never)]
    pub(super) fn enter(&mut self, once: bool) -> (&mut Recorded, Inside) {
        let around = self.around.as_deref();
        let inside = around.map_or(Inside::NOTHING, Around::enter);
        let is_current = self.span.as_mut().is_some_and(|span| span.enter(once));
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

    /// Whether there is nothing to drop.
    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.span.is_none() && self.around.is_none() && self.recorded.is_empty()
    }

    /// Ends the span and gives the record back. The thread is not in the call.
    #[inline(never)]
    pub(super) fn end(&mut self) {
        if let Some(span) = self.span.take() {
            let ended = if self.ended.is_known() {
                self.ended
            } else {
                Moment::now()
            };
            span.end(ended, self.recorded.slot.values());
            self.recorded.slot.recycle();
        }
    }
}

/// A call that has begun ends at the latest now.
impl Drop for Traced {
    fn drop(&mut self) {
        if self.has_begun {
            self.end();
        }
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
