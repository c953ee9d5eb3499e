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
    fn here(&self, guard: &Guard, result: &R) -> Self::End;

    fn end(call: Option<(Guard, Self::End)>, result: R) -> Self::Output;
}

impl<R, C, V> AtEnd<R> for C
where
    C: Fn(&R) -> V,
    V: Ending,
{
    type End = End<V>;
    type Output = R;

    #[inline]
    fn here(&self, guard: &Guard, result: &R) -> End<V> {
        guard.end(self(result))
    }

    #[inline]
    fn end(call: Option<(Guard, End<V>)>, result: R) -> R {
        if let Some((guard, end)) = call {
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

    fn here(&self, _: &Guard, _: &R) {}

    fn end(call: Option<(Guard, ())>, result: R) -> Self::Output {
        (call.map(|(guard, ())| guard), result)
    }
}
