//! A running block that sets labels.

use std::{borrow::Cow, ops::Deref};

use super::{
    CallResult, EndValue, ErrorOutcome, Guard, Outcome, Running, Stage, begin,
    call_result::IntoCallResult,
};
use crate::{Label, span};

/// A running call of a block whose stage has labels that are known at the end. Its catalog wraps it in
/// a struct with a method for each.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it records the call as cancelled"]
pub struct LabelledRunning<const LABELS: usize> {
    running: Running,
    values: [Option<Value>; LABELS],
}

/// A value that was set.
#[derive(Clone, Debug)]
struct Value {
    digit: usize,
    text: Cow<'static, str>,
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
    pub fn set<L: Label>(&mut self, number: usize, label: &L) {
        let value = Value::of(label);
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
                    .map(|(declared, set)| set.as_ref().map_or(*declared, Value::end_value))
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

impl Value {
    fn of<L: Label>(label: &L) -> Self {
        let digit = label.digit(None);
        let listed = L::VALUES.and_then(|values| values.get(digit));
        let text = listed.map_or_else(
            || label.with_text(|text| Cow::Owned(text.to_owned())),
            |text| Cow::Borrowed(*text),
        );
        Self { digit, text }
    }

    fn end_value(&self) -> EndValue<'_> {
        EndValue {
            digit: self.digit,
            text: &self.text,
            is_on_span: true,
        }
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
