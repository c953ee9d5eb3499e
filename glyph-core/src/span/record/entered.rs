//! The spans of `tracing`'s that a thread is in, as the layers of a log see them.
//!
//! The registry knows them too, but asking it costs more than a whole record.

use std::cell::{Cell, RefCell};

/// A span of `tracing`'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanKey {
    /// The address of the registry, since ids of another one mean nothing.
    pub registry: usize,
    /// The id as a number.
    pub id: u64,
}

/// The innermost span that a thread is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::span) struct Entered {
    pub(super) span: Option<SpanKey>,
    /// The number of spans that the thread is in.
    depth: usize,
}

/// A span that a layer has seen entered.
#[derive(Clone, Copy, Debug)]
struct Entry {
    layer: usize,
    span: SpanKey,
    /// Whether the thread was in the span already. Entering it again changes nothing, as for the
    /// registry.
    again: bool,
}

thread_local! {
    /// Without a destructor, so that a lookup is a plain load.
    static NOW: Cell<Entered> = const { Cell::new(Entered::NOTHING) };

    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

/// Notes that `layer` has seen this thread enter a span. Layers are identified by address.
pub fn note_entered(layer: usize, span: SpanKey) {
    change(|entries| {
        let same = |entry: &Entry| entry.layer == layer && entry.span == span;
        let again = entries.iter().any(same);
        entries.push(Entry { layer, span, again });
    });
}

/// Notes that `layer` has seen this thread leave a span.
pub fn note_left(layer: usize, span: SpanKey) {
    change(|entries| {
        let same = |entry: &Entry| entry.layer == layer && entry.span == span;
        if let Some(last) = entries.iter().rposition(same) {
            entries.remove(last);
        }
    });
}

fn change(change: impl FnOnce(&mut Vec<Entry>)) {
    let _thread_ends = ENTRIES.try_with(|entries| {
        let Ok(mut entries) = entries.try_borrow_mut() else {
            return;
        };
        change(&mut entries);
        let mut spans = entries.iter().rev().filter(|entry| !entry.again);
        let span = spans.next().map(|entry| entry.span);
        let depth = usize::from(span.is_some()) + spans.count();
        let _thread_ends = NOW.try_with(|now| now.set(Entered { span, depth }));
    });
}

impl Entered {
    const NOTHING: Self = Self {
        span: None,
        depth: 0,
    };

    /// Returns the span that the thread is in.
    #[inline]
    pub(in crate::span) fn now() -> Self {
        NOW.try_with(Cell::get).unwrap_or(Self::NOTHING)
    }

    /// Whether the thread has entered no span since this one, or has left all of them again.
    #[inline]
    pub(super) fn is_innermost(self) -> bool {
        Self::now().depth <= self.depth
    }
}

#[cfg(test)]
mod tests {
    use super::{Entered, SpanKey, note_entered, note_left};

    const fn span(id: u64) -> SpanKey {
        SpanKey { registry: 1, id }
    }

    #[test]
    fn innermost_span_is_the_one_entered_last_and_not_left() {
        for layer in [1, 2] {
            note_entered(layer, span(1));
        }
        let outside = Entered::now();
        assert_eq!(outside.span, Some(span(1)));
        for layer in [1, 2] {
            note_entered(layer, span(2));
        }
        assert_eq!(Entered::now().span, Some(span(2)));
        assert!(!outside.is_innermost());
        for layer in [1, 2] {
            note_left(layer, span(2));
        }
        assert_eq!(Entered::now().span, Some(span(1)));
        assert!(outside.is_innermost());
    }

    #[test]
    fn span_that_is_entered_again_stays_where_it_is() {
        note_entered(1, span(1));
        note_entered(1, span(2));
        let inside = Entered::now();
        note_entered(1, span(1));
        assert!(inside.is_innermost());
        assert_eq!(Entered::now().span, Some(span(2)));
        note_left(1, span(1));
        note_left(1, span(1));
        assert!(inside.is_innermost(), "its outer span was left first");
        assert_eq!(Entered::now().span, Some(span(2)));
    }
}
