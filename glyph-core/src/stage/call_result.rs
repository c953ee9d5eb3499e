//! How the value of a body ends its call.

use super::{CallResult, Description, Guard, Outcome, StatusOffset};

/// The result of a call, in any of its forms.
#[doc(hidden)]
pub trait IntoCallResult {
    /// Returns the result, and the offset of its status if that is not an outcome.
    fn into_call_result(self) -> (CallResult, StatusOffset);

    /// Returns the same, and the text of the error if the span is to have it.
    #[inline]
    fn into_described(self) -> (CallResult, StatusOffset, Option<Description>)
    where
        Self: Sized,
    {
        let (result, offset) = self.into_call_result();
        (result, offset, None)
    }
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

/// Returns the type of the error that a call ended with, as the span of the call has it.
#[doc(hidden)]
#[inline]
pub fn error_type<V: IntoCallResult + Copy>(result: &V) -> Option<&'static str> {
    (*result).into_call_result().0.error_type_of_span()
}

/// Ends a call with the value of its body. Implemented by closures that return the result of the
/// value.
#[doc(hidden)]
pub trait AtEnd<R> {
    type Output;

    /// Whether the call ends with the value.
    const ENDS: bool;

    /// Records the value while the span of the call is current.
    fn here(&self, guard: &mut Guard, result: &R);

    /// Returns the value. Called after the span was left.
    fn end(guard: &mut Guard, result: R) -> Self::Output;
}

impl<R, C, V> AtEnd<R> for C
where
    C: Fn(&R) -> V,
    V: IntoCallResult,
{
    type Output = R;

    const ENDS: bool = true;

    #[inline]
    fn here(&self, guard: &mut Guard, result: &R) {
        guard.record(self(result));
    }

    #[inline]
    fn end(guard: &mut Guard, result: R) -> R {
        guard.over();
        result
    }
}

/// The call continues with the value.
#[doc(hidden)]
#[derive(Debug)]
pub struct Continues;

impl<R> AtEnd<R> for Continues {
    type Output = (Guard, R);

    const ENDS: bool = false;

    fn here(&self, _: &mut Guard, _: &R) {}

    fn end(guard: &mut Guard, result: R) -> Self::Output {
        guard.outlive();
        (guard.take(), result)
    }
}
