//! What becomes of a call when its body is ready.

use super::{CallResult, Guard, Outcome, StatusOffset};

/// What is said of a value that ends its call.
#[doc(hidden)]
pub trait IntoCallResult {
    /// The result, and how far a status of its own moves the series.
    fn into_call_result(self) -> (CallResult, StatusOffset);
}

impl IntoCallResult for CallResult {
    #[inline]
    fn into_call_result(self) -> (CallResult, StatusOffset) {
        (self, StatusOffset::NONE)
    }
}

impl IntoCallResult for Outcome {
    #[inline]
    fn into_call_result(self) -> (CallResult, StatusOffset) {
        CallResult::from(self).into_call_result()
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
    V: IntoCallResult,
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
pub struct Continues;

impl<R> AtEnd<R> for Continues {
    type Output = (Guard, R);

    fn here(&self, _: &Guard, _: &R) {}

    fn end(guard: &mut Guard, result: R) -> Self::Output {
        (guard.take(), result)
    }
}
