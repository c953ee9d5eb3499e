//! A stage around a function's body.

use super::{Guard, Inside, ending::Ending};

/// Runs `body` inside the span and ends the call as `classify` judges what it returned.
///
/// A panic goes on through here and drops the guard, which records it.
#[doc(hidden)]
#[inline]
pub fn run<R, V: Ending>(
    guard: Guard,
    body: impl FnOnce() -> R,
    classify: impl FnOnce(&R) -> V,
) -> R {
    let (result, end) = {
        let _entered = guard.enter();
        let result = body();
        let end = guard.end(classify(&result));
        (result, end)
    };
    guard.finish(end);
    result
}

/// [`run`] for a body that gives a stream, with which the call goes on.
#[doc(hidden)]
pub fn run_on<R>(guard: Guard, body: impl FnOnce() -> R) -> (Option<Guard>, R) {
    let result = {
        let _entered = guard.enter();
        body()
    };
    (Some(guard), result)
}

/// Enters the call of a function that does not return, and so ends by a panic alone.
#[doc(hidden)]
#[inline]
pub fn entered(guard: &Guard) -> Inside<'_> {
    guard.enter()
}
