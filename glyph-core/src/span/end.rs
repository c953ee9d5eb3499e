//! The end of a call: its exemplar, its time, its status.

use std::mem::ManuallyDrop;

use super::{
    OpenSpan, Values,
    around::Around,
    open::{NO_SPAN, State},
    record,
    traced::describe_record,
    traces::exemplar_of,
};
use crate::{
    Exemplar,
    clock::Moment,
    metric::{current_exemplar, unsampled_exemplar},
};

impl OpenSpan {
    /// Returns the current span if it is sampled: this one, unless it was not built.
    #[inline]
    pub(crate) fn exemplar(&self) -> Option<Exemplar> {
        match &*self.0 {
            State::Span(_, Some(parent)) => exemplar_of(parent),
            State::Traced(traced) => traced.exemplar(),
            State::Nothing | State::Span(_, None) => current_exemplar(),
            State::Unsampled | State::Recorded(_) | State::Around(_) => unsampled_exemplar(),
        }
    }

    /// Returns when the call began, if its span knows that, and code of the program has not run since.
    #[inline]
    pub(crate) fn just_begun(&self) -> Option<Moment> {
        match &*self.0 {
            State::Traced(traced) => traced.just_begun(),
            _ => None,
        }
    }

    /// Notes that code of the program has run since the span began: its call begins later.
    #[inline]
    pub(crate) fn has_evaluated(&mut self) {
        if let State::Traced(traced) = &mut *self.0 {
            traced.has_evaluated();
        }
    }

    /// Sets when the call ended, before it is left.
    #[inline]
    pub(crate) fn ended(&mut self, ended: Moment) {
        if let State::Traced(traced) = &mut *self.0 {
            traced.ended(ended);
        }
    }

    /// Gives the record back, since the call has ended.
    #[inline]
    pub(crate) fn end(&mut self) {
        if self.is_open() {
            self.end_open();
        }
    }

    #[inline(never)]
    fn end_open(&mut self) {
        match &mut *self.0 {
            State::Recorded(recorded) => {
                recorded.slot.recycle();
                self.forget_record();
            }
            State::Traced(traced) => {
                traced.end(false);
                self.forget_traced();
            }
            State::Nothing | State::Unsampled | State::Around(_) | State::Span(..) => {}
        }
    }

    /// Leaves nothing to drop of a call whose span has ended.
    #[inline]
    pub(super) fn forget_traced(&mut self) {
        match &*self.0 {
            State::Traced(traced) if traced.is_empty() => {
                self.0 = ManuallyDrop::new(State::Unsampled);
            }
            _ => {}
        }
    }

    /// Leaves nothing to drop of a call whose record was given back.
    #[inline]
    pub(super) fn forget_record(&mut self) {
        match &*self.0 {
            State::Recorded(recorded) if recorded.is_empty() => {
                self.0 = ManuallyDrop::new(State::Unsampled);
            }
            _ => {}
        }
    }

    /// Sets the status and the error type of the span (OpenTelemetry semantic conventions,
    /// "Recording errors"). The thread is in the call.
    #[cold]
    pub(crate) fn describe(
        &self,
        error_type: &'static str,
        description: Option<&str>,
        is_error: bool,
    ) {
        let span = match &*self.0 {
            State::Span(span, _) => span,
            State::Recorded(recorded) => {
                record::update_shared(&Values::of_text("error.type", error_type));
                let around = recorded.around.as_deref();
                around.and_then(Around::built).unwrap_or(&NO_SPAN)
            }
            State::Traced(traced) if traced.has_record => {
                return describe_record(error_type, description, is_error);
            }
            State::Nothing | State::Unsampled | State::Around(_) | State::Traced(_) => return,
        };
        span.record("error.type", error_type);
        if is_error {
            span.record("otel.status_code", "ERROR");
        }
        if let Some(description) = description {
            span.record("otel.status_description", description);
        }
    }
}
