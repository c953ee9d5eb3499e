//! The record that takes the place of a call's span.

use tracing::Span;

use super::{
    Inside, RecordSlot, SpanCallsite,
    enter::{enter_span, exit_span},
    record::Entered,
};

/// A record in place of a span, in a trace that is not sampled.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) callsite: &'static SpanCallsite,
    /// Empty while a thread is in the call.
    pub(super) slot: RecordSlot,
    /// The span around the record, if the call may outlive it.
    around: Option<Box<OuterSpan>>,
}

/// A span of `tracing`'s around a record, which it stays open for.
#[derive(Debug)]
struct OuterSpan {
    span: Span,
    within: Entered,
}

impl Recorded {
    pub(super) const fn new(callsite: &'static SpanCallsite, slot: RecordSlot) -> Self {
        Self {
            callsite,
            slot,
            around: None,
        }
    }

    /// Keeps what is around the record.
    pub(super) fn outlive(&mut self) {
        self.slot.outlive();
        self.around = Some(Box::new(OuterSpan {
            span: Span::current(),
            within: Entered::now(),
        }));
    }

    /// Returns the span around the record, unless the thread is in it.
    #[inline]
    pub(super) fn around(&self) -> Option<&Span> {
        let around = self.around.as_deref()?;
        (around.within != Entered::now()).then_some(&around.span)
    }

    /// Enters the record, and the span around it if the thread is not in that.
    #[inline]
    pub(super) fn enter(&mut self) -> Inside {
        Inside {
            around: self.around().is_some_and(enter_span),
            record: self.slot.enter(),
            ..Inside::NOTHING
        }
    }

    /// Leaves what [`enter`](Self::enter) has entered.
    #[inline]
    pub(super) fn leave(&mut self, inside: Inside) {
        if inside.record {
            self.slot.leave();
        }
        if inside.around
            && let Some(around) = &self.around
        {
            exit_span(&around.span);
        }
    }
}
