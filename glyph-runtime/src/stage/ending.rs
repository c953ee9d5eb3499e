//! What becomes of a call when its body is ready.

use super::{Guard, Outcome, Verdict, guard::End};

/// What is said of a value that ends its call.
#[doc(hidden)]
pub trait Ending {
    /// The verdict; a status of its own moves the rows of the call.
    fn settle(self, guard: &mut Guard) -> Verdict;
}

impl Ending for Verdict {
    #[inline]
    fn settle(self, _: &mut Guard) -> Verdict {
        self
    }
}

impl Ending for Outcome {
    #[inline]
    fn settle(self, _: &mut Guard) -> Verdict {
        self.into()
    }
}

/// What is done with the value of a body that is ready: a closure judges it, and so ends the call.
#[doc(hidden)]
pub trait AtEnd<R> {
    type End;
    type Output;

    /// Looks at the value while the call's span is current.
    fn here(&self, result: &R) -> Self::End;

    fn end(guard: Option<Guard>, end: Self::End, result: R) -> Self::Output;
}

impl<R, C, V> AtEnd<R> for C
where
    C: Fn(&R) -> V,
    V: Ending,
{
    type End = End<V>;
    type Output = R;

    #[inline]
    fn here(&self, result: &R) -> End<V> {
        End::here(self(result))
    }

    #[inline]
    fn end(guard: Option<Guard>, end: End<V>, result: R) -> R {
        if let Some(guard) = guard {
            guard.finish(end);
        }
        result
    }
}

/// The call is handed on with the value.
#[doc(hidden)]
#[derive(Debug)]
pub struct GoesOn;

impl<R> AtEnd<R> for GoesOn {
    type End = ();
    type Output = (Option<Guard>, R);

    fn here(&self, _: &R) {}

    fn end(guard: Option<Guard>, (): (), result: R) -> Self::Output {
        (guard, result)
    }
}
