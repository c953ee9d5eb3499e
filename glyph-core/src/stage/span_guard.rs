//! The guards of a thread inside of a call.

use std::ops::{Deref, DerefMut};

use super::{Guard, event::EventsGuard};
use crate::span::{Inside, SharedInside};

/// Keeps the span of a call current.
#[derive(Debug)]
#[must_use = "dropping it leaves the span"]
pub(super) struct SpanGuard<'call> {
    guard: &'call mut Guard,
    inside: Inside,
}

/// Keeps the span of a call current, and counts retries and fallbacks for the call.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub struct CallGuard<'call> {
    // The fields are dropped in this order.
    _events: EventsGuard,
    _span: SpanGuard<'call>,
}

/// [`CallGuard`] for a call that several threads can be in.
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub(super) struct SharedCallGuard<'call> {
    _events: EventsGuard,
    _inside: SharedInside<'call>,
}

impl Guard {
    /// Runs `work` inside of the call: in its span, and with its retries and fallbacks counted.
    ///
    /// If the call `ends` with the result, [`over`](Self::over) must follow. Leaving it then costs
    /// less.
    #[inline]
    pub(super) fn within<R>(
        &mut self,
        work: impl FnOnce(&mut Self) -> R,
        ends: impl FnOnce(&R) -> bool,
    ) -> R {
        self.enter_span().run(work, ends)
    }

    /// Runs `work` inside of the call, which ends then: [`over`](Self::over) must follow.
    #[inline]
    pub(super) fn within_once<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let span = SpanGuard {
            inside: self.open_span.enter_once(),
            guard: self,
        };
        span.run(work, |_| true)
    }

    /// Enters the call.
    pub(super) fn enter(&mut self) -> CallGuard<'_> {
        let span = self.enter_span();
        let mut events = EventsGuard::none();
        span.enter_events(&mut events);
        CallGuard {
            _events: events,
            _span: span,
        }
    }

    /// Enters the span of the call alone.
    #[inline]
    pub(super) fn enter_span(&mut self) -> SpanGuard<'_> {
        SpanGuard {
            inside: self.open_span.enter(),
            guard: self,
        }
    }

    /// Enters a call that other threads can be in.
    pub(super) fn enter_shared(&self) -> SharedCallGuard<'_> {
        let inside = self.open_span.enter_shared();
        let mut events = EventsGuard::none();
        self.enter_events(&mut events);
        SharedCallGuard {
            _events: events,
            _inside: inside,
        }
    }
}

impl SpanGuard<'_> {
    /// Runs `work` with the events of the call counted, and leaves the span.
    #[inline]
    fn run<R>(mut self, work: impl FnOnce(&mut Guard) -> R, ends: impl FnOnce(&R) -> bool) -> R {
        let result = {
            let mut events = EventsGuard::none();
            self.enter_events(&mut events);
            work(&mut self)
        };
        if ends(&result) {
            self.inside = self.inside.ending();
        }
        result
    }
}

impl Deref for SpanGuard<'_> {
    type Target = Guard;

    #[inline]
    fn deref(&self) -> &Guard {
        self.guard
    }
}

impl DerefMut for SpanGuard<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Guard {
        self.guard
    }
}

impl Drop for SpanGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.guard.open_span.leave(self.inside);
    }
}
