//! A stage around a function's body.

use super::{Guard, Inside, Verdict, guard::End};

/// Runs `body` inside the span and ends the call as `classify` judges what it returned.
///
/// A panic goes on through here and drops the guard, which records it.
#[doc(hidden)]
#[inline]
pub fn run<R, V: Into<Verdict>>(
    guard: Guard,
    body: impl FnOnce() -> R,
    classify: impl FnOnce(&R) -> V,
) -> R {
    let (result, end) = {
        let _entered = guard.enter();
        let result = body();
        let end = End::here(classify(&result).into());
        (result, end)
    };
    guard.finish(end);
    result
}

/// Enters the call of a function that does not return, and so ends by a panic alone.
#[doc(hidden)]
#[inline]
pub fn entered(guard: &Guard) -> Inside<'_> {
    guard.enter()
}
