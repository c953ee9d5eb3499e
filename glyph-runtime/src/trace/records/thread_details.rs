//! OpenTelemetry semantic conventions, "Thread attributes".

use std::{cell::Cell, thread};

use opentelemetry::KeyValue;

use super::context_span::Addable;

thread_local! {
    /// The number of the thread, or zero if it is not known yet.
    static NUMBER: Cell<i64> = const { Cell::new(0) };
}

/// Adds the number and the name of the running thread.
pub(super) fn add_to(addable: &Addable) {
    addable.add_attribute(KeyValue::new("thread.id", number()));
    if let Some(name) = thread::current().name() {
        addable.add_attribute(KeyValue::new("thread.name", name.to_owned()));
    }
}

/// `ThreadId` shows its number only as text.
fn number() -> i64 {
    let known = NUMBER.try_with(Cell::get).unwrap_or_default();
    if known > 0 {
        return known;
    }
    let shown = format!("{:?}", thread::current().id());
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let number = digits.parse().unwrap_or_default();
    let _ = NUMBER.try_with(|kept| kept.set(number));
    number
}
