//! The time in which a call has the thread.

use tracing::span::Entered;

use super::{Guard, event::Events};

/// While it lives, the call's span is current, and retries and fallbacks are the call's.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub struct Inside<'call> {
    /// What was current before; none where the stage binds no events.
    outer: Option<Events>,
    _span: Entered<'call>,
}

impl Guard {
    /// Enters the call.
    #[inline]
    pub(super) fn enter(&self) -> Inside<'_> {
        Inside {
            _span: self.span().enter(),
            outer: self.events().map(Events::enter),
        }
    }
}

impl Drop for Inside<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(outer) = self.outer {
            outer.restore();
        }
    }
}
