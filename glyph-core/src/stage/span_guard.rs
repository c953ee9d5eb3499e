//! The guard of a thread inside of a call.

use std::ops::Deref;

use super::{Guard, event::EnclosingEvents};
use crate::span::{Inside, SharedInside};

/// Keeps the span of a call current, and counts retries and fallbacks for the call.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub struct SpanGuard<'call> {
    guard: &'call mut Guard,
    /// The events that were current before.
    enclosing: EnclosingEvents,
    inside: Inside,
}

/// [`SpanGuard`] for a call that several threads can be in.
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub(super) struct SharedSpanGuard<'call> {
    enclosing: EnclosingEvents,
    _inside: SharedInside<'call>,
}

impl Guard {
    /// Enters the call.
    #[inline]
    pub(super) fn enter(&mut self) -> SpanGuard<'_> {
        let mut inside = self.enter_span();
        inside.guard.enter_events(&mut inside.enclosing);
        inside
    }

    /// Enters the span of the call alone.
    #[inline]
    pub(super) fn enter_span(&mut self) -> SpanGuard<'_> {
        SpanGuard {
            inside: self.open_span.enter(),
            guard: self,
            enclosing: EnclosingEvents::NONE,
        }
    }

    /// Enters a call that other threads can be in.
    pub(super) fn enter_shared(&self) -> SharedSpanGuard<'_> {
        let mut inside = SharedSpanGuard {
            enclosing: EnclosingEvents::NONE,
            _inside: self.open_span.enter_shared(),
        };
        self.enter_events(&mut inside.enclosing);
        inside
    }
}

impl Deref for SpanGuard<'_> {
    type Target = Guard;

    #[inline]
    fn deref(&self) -> &Guard {
        self.guard
    }
}

impl Drop for SpanGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.enclosing.restore();
        self.guard.open_span.leave(self.inside);
    }
}

impl Drop for SharedSpanGuard<'_> {
    fn drop(&mut self) {
        self.enclosing.restore();
    }
}
