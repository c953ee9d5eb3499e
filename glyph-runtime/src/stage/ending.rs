//! What becomes of a call when its body is ready.

use super::{Guard, Outcome, Verdict, Word};

/// What is said of a value that ends its call.
#[doc(hidden)]
pub trait Ending {
    /// The verdict, and how far a status of its own moves the rows.
    fn settle(self) -> (Verdict, Word);
}

impl Ending for Verdict {
    #[inline]
    fn settle(self) -> (Verdict, Word) {
        (self, Word::NONE)
    }
}

impl Ending for Outcome {
    #[inline]
    fn settle(self) -> (Verdict, Word) {
        Verdict::from(self).settle()
    }
}

/// What is done with the value of a body that is ready: a closure judges it, and so ends the call.
#[doc(hidden)]
pub trait AtEnd<R> {
    type Output;

    /// Looks at the value while the call's span is current.
    fn here(&self, guard: &Guard, result: &R);

    /// Gives the value, the span left.
    fn end(guard: &mut Guard, result: R) -> Self::Output;
}

impl<R, C, V> AtEnd<R> for C
where
    C: Fn(&R) -> V,
    V: Ending,
{
    type Output = R;

    #[inline]
    fn here(&self, guard: &Guard, result: &R) {
        guard.record(self(result));
    }

    #[inline]
    fn end(guard: &mut Guard, result: R) -> R {
        guard.over();
        result
    }
}

/// The call is handed on with the value.
#[doc(hidden)]
#[derive(Debug)]
pub struct GoesOn;

impl<R> AtEnd<R> for GoesOn {
    type Output = (Guard, R);

    fn here(&self, _: &Guard, _: &R) {}

    fn end(guard: &mut Guard, result: R) -> Self::Output {
        (guard.handed_on(), result)
    }
}
