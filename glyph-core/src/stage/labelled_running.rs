//! A running block that sets labels.

use std::ops::Deref;

use super::{
    CallResult, EndValue, ErrorOutcome, Guard, Outcome, Running, Stage, begin,
    call_result::IntoCallResult,
};
use crate::{label::ShownLabel, span};

/// A running call of a block whose stage has labels that are known at the end. Its catalog wraps it in
/// a struct with a method for each.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it records the call as cancelled"]
pub struct LabelledRunning<const LABELS: usize> {
    running: Running,
    /// The values that were set.
    values: [Option<ShownLabel>; LABELS],
}

impl<const LABELS: usize> LabelledRunning<LABELS> {
    /// Starts a call.
    pub fn begin<S: Stage>(stage: S) -> Self {
        Self {
            running: begin(stage),
            values: [const { None }; LABELS],
        }
    }

    /// Sets the label of this number, on the span at once.
    pub fn set(&mut self, number: usize, value: ShownLabel) {
        let guard = &self.running.guard;
        if let Some(name) = name_of(guard, number) {
            let text = &*value.text;
            guard
                .open_span
                .set_shared_labels(&[(name, span::value(&text))]);
        }
        if let Some(slot) = self.values.get_mut(number) {
            *slot = Some(value);
        }
    }

    /// Ends the call with [`Outcome::Ok`].
    pub fn finish(mut self) {
        self.end(|| CallResult::OK);
    }

    /// Ends the call with the outcome of `error`, and sets its type on the span.
    pub fn fail<E: ErrorOutcome + ?Sized>(mut self, error: &E) {
        self.end(|| CallResult::of_error(error));
    }

    /// Ends the call with this outcome.
    pub fn finish_as(mut self, outcome: Outcome) {
        self.end(|| outcome);
    }

    fn end<E: IntoCallResult>(&mut self, end: impl FnOnce() -> E) {
        let values = &self.values;
        let settle = |guard: &mut Guard| {
            let Some(labels) = guard.cells.and_then(|cells| cells.end_labels) else {
                return;
            };
            (labels.declared)(&mut |declared| {
                let values = declared.iter().zip(values);
                let values: Vec<_> = values
                    .map(|(declared, set)| set.as_ref().map_or(*declared, end_value))
                    .collect();
                guard.settle(&values);
            });
        };
        self.running.guard.finish_after(settle, end);
    }
}

fn name_of(guard: &Guard, number: usize) -> Option<&'static str> {
    let names = guard.cells?.end_labels?.names;
    names.get(number).copied()
}

fn end_value(value: &ShownLabel) -> EndValue<'_> {
    EndValue {
        digit: value.digit,
        text: &value.text,
        is_on_span: true,
    }
}

impl<const LABELS: usize> Deref for LabelledRunning<LABELS> {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}

impl<const LABELS: usize> Drop for LabelledRunning<LABELS> {
    fn drop(&mut self) {
        self.end(Guard::outcome_of_drop);
    }
}
