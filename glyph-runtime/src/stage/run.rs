//! A stage around a function's body.

use super::{Guard, SpanGuard, call_result::IntoCallResult};

/// Runs `body` inside the span and ends the call as `classify` judges what it returned.
///
/// A panic goes on through here to the guard's owner, who drops it: that records the call.
#[doc(hidden)]
#[inline]
pub fn run<R, V: IntoCallResult>(
    guard: &mut Guard,
    body: impl FnOnce() -> R,
    classify: impl FnOnce(&R) -> V,
) -> R {
    let result = {
        let _inside = guard.enter();
        let result = body();
        guard.record(classify(&result));
        result
    };
    guard.over();
    result
}

/// [`run`] for a body that gives a stream, with which the call goes on.
#[doc(hidden)]
pub fn run_on<R>(guard: &mut Guard, body: impl FnOnce() -> R) -> (Guard, R) {
    let result = {
        let _inside = guard.enter();
        body()
    };
    (guard.take(), result)
}

/// Enters the call of a function that does not return, and so ends by a panic alone.
#[doc(hidden)]
#[inline]
pub fn entered(guard: &Guard) -> SpanGuard<'_> {
    guard.enter()
}
