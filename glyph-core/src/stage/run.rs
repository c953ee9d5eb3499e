//! A stage around a function's body.

use super::{CallGuard, Guard, call_result::IntoCallResult};

/// Runs `body` inside the span, and ends the call with the result that `classify` returns.
///
/// A panic unwinds to the owner of the guard, which drops it. That records the call.
#[doc(hidden)]
#[inline]
pub fn run<R, V: IntoCallResult>(
    guard: &mut Guard,
    body: impl FnOnce() -> R,
    classify: impl FnOnce(&R) -> V,
) -> R {
    let recorded = |guard: &mut Guard| {
        let result = body();
        guard.record(classify(&result));
        result
    };
    let result = guard.within_once(recorded);
    guard.over();
    result
}

/// [`run`] for a body that returns a stream, with which the call continues.
#[doc(hidden)]
pub fn run_on<R>(guard: &mut Guard, body: impl FnOnce() -> R) -> (Guard, R) {
    let result = guard.within(|_| body(), |_| false);
    guard.outlive();
    (guard.take(), result)
}

/// Enters the call of a function that does not return. Only a panic ends it.
#[doc(hidden)]
#[inline]
pub fn entered(guard: &mut Guard) -> CallGuard<'_> {
    guard.enter()
}
