//! What a thread is recording at this moment, for the tracer and its spans.

use std::cell::Cell;

use super::callsites::Callsite;
use crate::trace::edge_lines;

/// A span that is created.
#[derive(Clone, Copy)]
pub(super) struct NewSpan {
    pub(super) callsite: &'static Callsite,
    /// The number of fields at the callsite.
    pub(super) fields: usize,
}

/// An event that is recorded.
#[derive(Clone, Copy)]
pub(super) struct CurrentEvent {
    /// The callsite, if a field of the event is an unsigned or 128-bit integer.
    pub(super) callsite: Option<&'static Callsite>,
    /// Whether the event is the log line of a call, which repeats what the call's span says.
    pub(super) is_line_of_call: bool,
}

// Without destructors, so that they can be read while the thread ends.
thread_local! {
    static NEW_SPAN: Cell<Option<NewSpan>> = const { Cell::new(None) };
    static EVENT: Cell<Option<CurrentEvent>> = const { Cell::new(None) };
}

pub(super) fn set_new_span(callsite: Option<&'static Callsite>, fields: usize) {
    let note = callsite.map(|callsite| NewSpan { callsite, fields });
    let _ = NEW_SPAN.try_with(|new_span| new_span.set(note));
}

/// Returns the note about a span that is created, and removes it.
pub(super) fn take_new_span() -> Option<NewSpan> {
    NEW_SPAN.try_with(Cell::take).ok().flatten()
}

pub(super) fn set_event(target: &str, callsite: Option<&'static Callsite>) {
    let note = CurrentEvent {
        callsite,
        is_line_of_call: edge_lines::TARGETS.contains(&target),
    };
    let _ = EVENT.try_with(|event| event.set(Some(note)));
}

/// Returns the note about the event that is recorded.
pub(super) fn event() -> Option<CurrentEvent> {
    EVENT.try_with(Cell::get).ok().flatten()
}

pub(super) fn remove_event() {
    let _ = EVENT.try_with(Cell::take);
}
