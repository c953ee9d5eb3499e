//! What a thread is recording at this moment, for the tracer and its spans.
//!
//! A value can record events and fields of its own while an event formats it, so the notes of events
//! are a stack. A value can also panic then, and nothing removes the note of its event. Such a note
//! counts only at the depth of entered spans that it was made at, and goes when that span is left.

use std::cell::Cell;

use tracing::Metadata;

use super::{callsites::Callsite, log_fields::CallsiteKey};
use crate::trace::edge_lines;

/// The events inside of one another that are told apart. Beyond them, the outermost is forgotten.
const NESTED: usize = 4;

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
    /// Present if the event has fields whose names begin with `log.`.
    pub(super) log_fields: Option<CallsiteKey>,
    /// Whether the event belongs to a record, and not to the span of `tracing`'s around it.
    pub(super) is_of_record: bool,
}

/// A note about what is recorded.
#[derive(Clone, Copy)]
struct Note {
    /// `None` for a field of a span that is recorded while an event is.
    event: Option<CurrentEvent>,
    /// The number of spans that the thread had entered.
    entered: usize,
}

/// The notes of a thread.
struct Notes {
    new_span: Cell<Option<NewSpan>>,
    /// The number of spans that the thread has entered.
    entered: Cell<usize>,
    /// The innermost last.
    nested: [Cell<Note>; NESTED],
    /// The number of `nested` that are in use.
    used: Cell<usize>,
}

// Without destructors, so that they can be read while the thread ends.
thread_local! {
    static NOTES: Notes = const {
        Notes {
            new_span: Cell::new(None),
            entered: Cell::new(0),
            nested: [const { Cell::new(Note { event: None, entered: 0 }) }; NESTED],
            used: Cell::new(0),
        }
    };
}

impl Notes {
    fn push(&self, event: Option<CurrentEvent>) {
        if self.used.get() == NESTED {
            for (outer, inner) in self.nested.iter().zip(self.nested.iter().skip(1)) {
                outer.set(inner.get());
            }
            self.pop();
        }
        let entered = self.entered.get();
        if let Some(unused) = self.nested.get(self.used.get()) {
            unused.set(Note { event, entered });
            self.used.set(self.used.get() + 1);
        }
    }

    fn pop(&self) {
        self.used.set(self.used.get().saturating_sub(1));
    }

    fn last(&self) -> Option<Note> {
        let last = self.used.get().checked_sub(1)?;
        self.nested.get(last).map(Cell::get)
    }
}

pub(super) fn set_new_span(callsite: Option<&'static Callsite>, fields: usize) {
    let note = callsite.map(|callsite| NewSpan { callsite, fields });
    let _ = NOTES.try_with(|notes| notes.new_span.set(note));
}

/// Returns the note about a span that is created, and removes it.
pub(super) fn take_new_span() -> Option<NewSpan> {
    NOTES.try_with(|notes| notes.new_span.take()).ok().flatten()
}

/// Notes that an event is recorded, until [`event_ends`].
pub(super) fn event_starts(
    metadata: &Metadata<'_>,
    callsite: Option<&'static Callsite>,
    log_fields: Option<CallsiteKey>,
    is_of_record: bool,
) {
    let event = CurrentEvent {
        callsite,
        log_fields,
        is_line_of_call: edge_lines::is_line_of_call(metadata),
        is_of_record,
    };
    let _ = NOTES.try_with(|notes| notes.push(Some(event)));
}

pub(super) fn event_ends() {
    let _ = NOTES.try_with(Notes::pop);
}

/// Notes that fields of a span are recorded, until [`fields_end`]. Outside of events, that needs no
/// note.
pub(super) fn fields_start() {
    let _ = NOTES.try_with(|notes| {
        if notes.used.get() > 0 {
            notes.push(None);
        }
    });
}

pub(super) fn fields_end() {
    let _ = NOTES.try_with(Notes::pop);
}

pub(super) fn span_entered() {
    let _ = NOTES.try_with(|notes| notes.entered.set(notes.entered.get().saturating_add(1)));
}

/// Removes the notes of what was recorded in the span: it panicked.
pub(super) fn span_left() {
    let _ = NOTES.try_with(|notes| {
        let entered = notes.entered.get().saturating_sub(1);
        notes.entered.set(entered);
        while notes.last().is_some_and(|note| note.entered > entered) {
            notes.pop();
        }
    });
}

/// Returns the note about the event that is recorded.
pub(super) fn event() -> Option<CurrentEvent> {
    let current = |notes: &Notes| {
        let note = notes.last()?;
        (note.entered == notes.entered.get()).then_some(note.event)?
    };
    NOTES.try_with(current).ok().flatten()
}
