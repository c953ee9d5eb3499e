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
#[derive(Clone, Copy, Debug)]
pub(in crate::span) struct Entered {
    pub(super) span: Option<SpanKey>,
    /// When it was entered: the number of the entry on this thread.
    order: u64,
}

/// A span that a layer has seen entered.
#[derive(Clone, Copy, Debug)]
struct Entry {
    layer: usize,
    span: SpanKey,
    order: u64,
    /// Whether the thread was in the span already. Entering it again changes nothing, as for the
    /// registry.
    again: bool,
}

/// The spans that a thread is in, those entered last at the end.
#[derive(Debug)]
struct Entries {
    list: Vec<Entry>,
    /// The order of the last one that was entered, which may have been left.
    last: u64,
}

thread_local! {
    /// Without a destructor, so that a lookup is a plain load.
    static NOW: Cell<Entered> = const { Cell::new(Entered::NOTHING) };

    static ENTRIES: RefCell<Entries> = const {
        RefCell::new(Entries {
            list: Vec::new(),
            last: 0,
        })
    };
}

/// Notes that `layer` has seen this thread enter a span. Layers are identified by address.
pub fn note_entered(layer: usize, span: SpanKey) {
    change(|entries| {
        let same = |entry: &Entry| entry.layer == layer && entry.span == span;
        let again = entries.list.iter().any(same);
        entries.last = entries.last.wrapping_add(1);
        entries.list.push(Entry {
            layer,
            span,
            order: entries.last,
            again,
        });
    });
}

/// Notes that `layer` has seen this thread leave a span.
pub fn note_left(layer: usize, span: SpanKey) {
    change(|entries| {
        let same = |entry: &Entry| entry.layer == layer && entry.span == span;
        if let Some(last) = entries.list.iter().rposition(same) {
            entries.list.remove(last);
        }
    });
}

fn change(change: impl FnOnce(&mut Entries)) {
    let _thread_ends = ENTRIES.try_with(|entries| {
        let Ok(mut entries) = entries.try_borrow_mut() else {
            return;
        };
        change(&mut entries);
        let mut spans = entries.list.iter().rev().filter(|entry| !entry.again);
        let now = spans.next().map_or(Entered::NOTHING, |entry| Entered {
            span: Some(entry.span),
            order: entry.order,
        });
        let _thread_ends = NOW.try_with(|cell| cell.set(now));
    });
}

impl Entered {
    const NOTHING: Self = Self {
        span: None,
        order: 0,
    };

    /// Returns the span that the thread is in.
    #[inline]
    pub(in crate::span) fn now() -> Self {
        NOW.try_with(Cell::get).unwrap_or(Self::NOTHING)
    }

    /// Whether this is a span, and the innermost one of this thread, which may be another thread
    /// than before.
    pub(in crate::span) fn is_here(self) -> bool {
        self.span.is_some() && self.span == Self::now().span
    }
}

/// Returns the order of the span that the thread is in.
#[inline]
pub(super) fn order() -> u64 {
    NOW.try_with(|now| now.get().order).unwrap_or_default()
}

/// Whether the thread has entered no span since that of this order, or has left all of them again.
#[inline]
pub(super) fn is_innermost(since: u64) -> bool {
    order() <= since
}

/// Whether `layer` has seen the thread enter no span since that of this order, or leave all of them
/// again. The filter of a layer hides spans from it that others see.
pub(super) fn is_innermost_for(since: u64, layer: usize) -> bool {
    is_innermost(since) || !sees_another(layer, since)
}

/// Whether `layer` sees a span that was entered after that of this order.
fn sees_another(layer: usize, since: u64) -> bool {
    let is_later = |entry: &Entry| entry.order > since && entry.layer == layer && !entry.again;
    let found = ENTRIES.try_with(|entries| {
        let entries = entries.try_borrow().ok()?;
        Some(entries.list.iter().rev().any(is_later))
    });
    found.ok().flatten().unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::{Entered, SpanKey, is_innermost, is_innermost_for, note_entered, note_left, order};

    const fn span(id: u64) -> SpanKey {
        SpanKey { registry: 1, id }
    }

    #[test]
    fn innermost_span_is_the_one_entered_last_and_not_left() {
        for layer in [1, 2] {
            note_entered(layer, span(1));
        }
        let outside = order();
        assert_eq!(Entered::now().span, Some(span(1)));
        for layer in [1, 2] {
            note_entered(layer, span(2));
        }
        assert_eq!(Entered::now().span, Some(span(2)));
        assert!(!is_innermost(outside));
        for layer in [1, 2] {
            note_left(layer, span(2));
        }
        assert_eq!(Entered::now().span, Some(span(1)));
        assert!(is_innermost(outside));
    }

    #[test]
    fn span_that_replaces_one_left_early_is_inside() {
        note_entered(1, span(1));
        note_entered(1, span(2));
        let inside = order();
        note_left(1, span(2));
        assert!(is_innermost(inside));
        note_entered(1, span(3));
        assert!(!is_innermost(inside), "it was entered later");
    }

    #[test]
    fn span_that_a_layer_does_not_see_is_not_between() {
        note_entered(1, span(1));
        let outside = order();
        note_entered(2, span(2));
        assert!(!is_innermost(outside));
        assert!(!is_innermost_for(outside, 2));
        assert!(is_innermost_for(outside, 1));
        note_entered(1, span(3));
        assert!(!is_innermost_for(outside, 1));
    }

    #[test]
    fn span_that_is_entered_again_stays_where_it_is() {
        note_entered(1, span(1));
        note_entered(1, span(2));
        let inside = order();
        note_entered(1, span(1));
        assert!(is_innermost(inside));
        assert_eq!(Entered::now().span, Some(span(2)));
        note_left(1, span(1));
        note_left(1, span(1));
        assert!(is_innermost(inside), "its outer span was left first");
        assert_eq!(Entered::now().span, Some(span(2)));
    }
}
