//! Records that are exported.

use std::fmt;

use super::{
    Annotate, FieldValues, Parent, RecordSlot, SpanCallsite, SpanRecord, TypeName, Values,
    around::Around, inside::Inside, record,
};
use crate::{Exemplar, clock::Moment};

/// A span that belongs to a trace, with the record of its call. A runtime implements it.
///
/// Dropping it on its first thread without [`end`](Self::end) forgets the span.
#[doc(hidden)]
pub trait TracedSpan: fmt::Debug + Send + Sync {
    /// The record of the call.
    fn record(&self) -> &SpanRecord;

    /// See [`record`](Self::record).
    fn record_mut(&mut self) -> &mut SpanRecord;

    /// Sets what is known of the span from its begin on, in place: a processor waits for its own stores
    /// when it copies at once what was written in smaller pieces.
    fn describe(&self, begun: &mut BegunSpan);

    /// Returns when the span began, if it knows that.
    fn begun_at(&self) -> Option<Moment>;

    /// Makes the span the current one of the thread. Returns whether it is to be left.
    ///
    /// `once`: the thread enters the span for the first and the last time, so the span need not keep
    /// the context. A later call returns false.
    fn enter(&mut self, once: bool) -> bool;

    /// Leaves the span that the thread has entered last.
    fn leave(&self);

    /// Sets the type of the method that the span is of, if it has the name of its function. It is `None`
    /// for a function.
    fn set_function(&mut self, of: Option<TypeName>);

    /// Returns the span for code that adds to it.
    fn annotated(&self) -> Box<dyn Annotate>;

    /// Ends the span at this moment. If the thread is still in it, as `is_entered` says, it leaves it
    /// first.
    fn end(self: Box<Self>, ended: Moment, is_entered: bool);
}

/// A span that has begun.
#[doc(hidden)]
#[derive(Debug)]
pub struct BegunSpan {
    /// The exemplar of observations in the call, if they are to have one.
    pub exemplar: Option<Exemplar>,
    /// Whether the span is recorded. Otherwise it only continues a trace that is not sampled.
    pub is_recording: bool,
    /// Whether the span has the name of its function.
    pub has_function: bool,
}

impl BegunSpan {
    /// A span that is not asked yet.
    const UNKNOWN: Self = Self {
        exemplar: None,
        is_recording: false,
        has_function: false,
    };
}

/// A record that is exported, with its span.
#[derive(Debug)]
pub(super) struct Traced {
    /// `None` before the call.
    pub(super) callsite: Option<&'static SpanCallsite>,
    /// Empty while a thread is in the call, and once the call has ended.
    slot: RecordSlot,
    /// Whether the record has fields. Those of a call without must not get into that of another.
    pub(super) has_record: bool,
    /// Whether the call has begun. One that has not is exported nowhere.
    has_begun: bool,
    /// Whether code of the program has run since the span began, or may run before the call does.
    has_evaluated: bool,
    /// Of the span, also while a thread is in the call.
    begun: BegunSpan,
    /// When the call ended, if its metrics know that.
    ended: Moment,
    /// The span of `tracing`'s in which the call began, if the call may go on after it has ended, or
    /// the one that the callsite names as parent.
    around: Option<Box<Around>>,
}

// Out of line, so that records of calls that are not sampled stay as small as they are.
impl Traced {
    /// No call.
    pub(super) const NOTHING: Self = Self {
        callsite: None,
        slot: RecordSlot::EMPTY,
        has_record: false,
        has_begun: false,
        has_evaluated: false,
        begun: BegunSpan::UNKNOWN,
        ended: Moment::UNKNOWN,
        around: None,
    };

    /// Takes the span of a call, and asks it what is known of it. Call it where this stays.
    #[inline]
    pub(super) fn start(&mut self, callsite: &'static SpanCallsite, span: Box<dyn TracedSpan>) {
        self.callsite = Some(callsite);
        span.describe(&mut self.begun);
        self.slot.put_span(span);
    }

    /// Whether the span is recorded.
    #[inline]
    pub(super) const fn is_exported(&self) -> bool {
        self.begun.is_recording
    }

    /// Begins the call with the values to keep. Returns whether a record can keep them.
    #[inline]
    pub(super) fn begin(&mut self, parent: &Parent, values: Option<&FieldValues<'_, '_>>) -> bool {
        if let (Some(values), Some(callsite)) = (values, self.callsite) {
            let are_whole = self.is_exported();
            match self.slot.begin(callsite, values, are_whole) {
                Some(has_record) => self.has_record = has_record,
                None => return false,
            }
        }
        if !matches!(parent, Parent::Current) {
            self.set_parent(parent);
        }
        self.has_begun = true;
        true
    }

    #[cold]
    fn set_parent(&mut self, parent: &Parent) {
        self.slot.set_named_parent(parent);
        if let Parent::Span(parent) = parent {
            self.around = Some(Box::new(Around::below(parent)));
        }
    }

    pub(super) fn span(&self) -> Option<Box<dyn Annotate>> {
        Some(self.slot.span()?.annotated())
    }

    pub(super) const fn exemplar(&self) -> Option<Exemplar> {
        self.begun.exemplar
    }

    /// Notes that code of the program has run since the span began.
    pub(super) const fn has_evaluated(&mut self) {
        self.has_evaluated = true;
    }

    /// Returns when the span began, if nothing of the program has run since.
    #[inline]
    pub(super) fn just_begun(&self) -> Option<Moment> {
        if self.has_evaluated {
            return None;
        }
        self.slot.span()?.begun_at()
    }

    /// Sets when the call ended.
    pub(super) const fn ended(&mut self, ended: Moment) {
        self.ended = ended;
    }

    /// Sets the type of the method that the call is of.
    pub(super) fn set_function(&mut self, of: Option<TypeName>) {
        if self.begun.has_function
            && let Some(span) = self.slot.span_mut()
        {
            span.set_function(of);
        }
    }

    /// Keeps what is around the record. The context is in the span's. The call may begin much later than
    /// its span, as that of a stream does.
    #[inline(never)]
    pub(super) fn outlive(&mut self) {
        self.has_evaluated = true;
        self.slot.outlive();
        if self.around.is_none() {
            let around = Around::without_context();
            self.around = (!around.is_nothing()).then(|| Box::new(around));
        }
    }

    /// Enters what is around the record, the span, and the record if it has fields.
    #[inline]
    pub(super) fn enter(&mut self, once: bool) -> Inside {
        let around = self.around.as_deref();
        let inside = around.map_or(Inside::NOTHING, Around::enter);
        let slot = &mut self.slot;
        let is_current = slot.span_mut().is_some_and(|span| span.enter(once));
        inside
            .with(Inside::CONTEXT, is_current)
            .with(Inside::RECORD, self.has_record && slot.enter())
    }

    /// Leaves what [`enter`](Self::enter) has entered.
    #[inline(never)]
    pub(super) fn leave(&mut self, inside: Inside) {
        let slot = &mut self.slot;
        if inside.has(Inside::RECORD) {
            slot.leave();
        }
        if inside.has(Inside::CONTEXT)
            && let Some(span) = slot.span()
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
        self.around.is_none() && self.slot.is_empty()
    }

    /// Leaves a call that ends then.
    #[inline]
    pub(super) fn leave_and_end(&mut self, inside: Inside) {
        if self.around.is_some() {
            self.leave(inside);
            return self.end(false);
        }
        if let Some(span) = RecordSlot::leave_span() {
            self.end_span(span, inside.has(Inside::CONTEXT));
        }
    }

    /// Ends the span. If the thread is still in it, as `is_entered` says, it leaves it first.
    #[inline]
    pub(super) fn end(&mut self, is_entered: bool) {
        if let Some(span) = self.slot.take_span() {
            self.end_span(span, is_entered);
        }
    }

    #[inline]
    fn end_span(&self, span: Box<dyn TracedSpan>, is_entered: bool) {
        let ended = if self.ended.is_known() {
            self.ended
        } else {
            Moment::now()
        };
        span.end(ended, is_entered);
    }
}

/// A call that has begun ends at the latest now.
impl Drop for Traced {
    fn drop(&mut self) {
        if self.has_begun {
            self.end(false);
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
