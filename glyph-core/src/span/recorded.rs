//! The record that takes the place of a call's span.

use tracing::Span;

use super::{RecordSlot, SpanCallsite, around::Around, inside::Inside};

/// A record in place of a span, in a trace that is not sampled.
#[derive(Debug)]
pub(super) struct Recorded {
    /// `None` before the call.
    pub(super) callsite: Option<&'static SpanCallsite>,
    /// Empty while a thread is in the call.
    pub(super) slot: RecordSlot,
    /// The span and the context in which the call began, if it may go on after they have ended.
    pub(super) around: Option<Box<Around>>,
}

impl Recorded {
    /// No call.
    pub(super) const NOTHING: Self = Self {
        callsite: None,
        slot: RecordSlot::EMPTY,
        around: None,
    };

    /// Whether there is nothing to drop.
    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.slot.is_empty() && self.around.is_none()
    }

    /// Keeps what is around the record.
    pub(super) fn outlive(&mut self, around: Around) {
        self.slot.outlive();
        self.around = Some(Box::new(around));
    }

    /// Enters the record, and what is around it.
    #[inline]
    pub(super) fn enter(&mut self) -> Inside {
        let around = self.around.as_deref();
        let inside = around.map_or(Inside::NOTHING, Around::enter);
        inside.with(Inside::RECORD, self.slot.enter())
    }

    /// Returns a span of `tracing`'s with the values of the record.
    pub(super) fn built(&self) -> Option<&Span> {
        let around = self.around.as_deref()?;
        let callsite = self.callsite?;
        around.built_by(|| self.slot.build(callsite))
    }

    /// Leaves what [`enter`](Self::enter) has entered.
    #[inline]
    pub(super) fn leave(&mut self, inside: Inside) {
        if inside.has(Inside::ENDS) {
            RecordSlot::end();
        } else if inside.has(Inside::RECORD) {
            self.slot.leave();
        }
        if let Some(around) = &self.around {
            around.leave(inside);
        }
    }
}
