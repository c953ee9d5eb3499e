//! The contexts that calls keep, and those that a thread is in.

use std::cell::RefCell;

use glyph_core::__runtime::KeptContext;
use opentelemetry::Context;

use crate::context::current_context::{Attached, attach, read};

thread_local! {
    /// The contexts of calls that this thread is in.
    static ENTERED: RefCell<Vec<Attached>> = const { RefCell::new(Vec::new()) };
}

#[derive(Debug)]
struct Kept(Context);

/// Returns the current context for a call that may go on elsewhere. `None` if the thread is ending.
pub(super) fn kept() -> Option<Box<dyn KeptContext>> {
    let context = read(Clone::clone)?;
    Some(Box::new(Kept(context)))
}

impl KeptContext for Kept {
    fn enter(&self) -> bool {
        enter(self.0.clone())
    }

    fn leave(&self) {
        leave();
    }
}

/// Makes the context of a call current on this thread. Returns whether it is to be left with
/// [`leave`].
#[expect(
    clippy::inline_always,
    reason = "a context is moved once less, and the compiler finds it too long"
)]
#[inline(always)]
pub(crate) fn enter(context: Context) -> bool {
    let attached = attach(context);
    let is_kept = ENTERED.try_with(|entered| match entered.try_borrow_mut() {
        Ok(mut entered) => {
            entered.push(attached);
            true
        }
        Err(_) => false,
    });
    is_kept.unwrap_or(false)
}

/// Leaves the context of a call that this thread has entered last.
#[inline]
pub(crate) fn leave() {
    let attached = ENTERED.try_with(|entered| entered.try_borrow_mut().ok()?.pop());
    // Dropped without the borrow: it may drop the last context of its kind.
    drop(attached);
}
