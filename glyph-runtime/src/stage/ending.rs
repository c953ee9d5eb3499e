//! What becomes of a call when its body is ready.

use super::{Guard, Outcome, Verdict};

/// What is said of a value that ends its call.
#[doc(hidden)]
pub trait Ending {
    /// Ends the call so.
    fn end(self, guard: Guard);
}

impl Ending for Verdict {
    #[inline]
    fn end(self, guard: Guard) {
        guard.finish(self);
    }
}

impl Ending for Outcome {
    #[inline]
    fn end(self, guard: Guard) {
        guard.finish(self.into());
    }
}

/// What is done with the value of a body that is ready: a closure judges it, and so ends the call.
#[doc(hidden)]
pub trait AtEnd<R> {
    type Output;

    fn end(&self, guard: Option<Guard>, result: R) -> Self::Output;
}

impl<R, C, V> AtEnd<R> for C
where
    C: Fn(&R) -> V,
    V: Ending,
{
    type Output = R;

    #[inline]
    fn end(&self, guard: Option<Guard>, result: R) -> R {
        if let Some(guard) = guard {
            self(&result).end(guard);
        }
        result
    }
}

/// The call is handed on with the value.
#[doc(hidden)]
#[derive(Debug)]
pub struct GoesOn;

impl<R> AtEnd<R> for GoesOn {
    type Output = (Option<Guard>, R);

    fn end(&self, guard: Option<Guard>, result: R) -> Self::Output {
        (guard, result)
    }
}
