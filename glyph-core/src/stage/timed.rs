//! A stage around a closure or a future.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{
    CallResult, Guard, Outcome, Stage, ValueOutcome, Wrap, call_result::AtEnd, run, start_here,
};
use crate::span::SpanNeeds;

/// A function that can run as a call of a stage.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function without arguments",
    label = "expected a closure: `|| ..`",
    note = "write `.time_async(future)` or `.time_async_as(classify, future)` for a future"
)]
pub trait TimedBody<R>: FnOnce() -> R {}

#[diagnostic::do_not_recommend]
impl<R, F: FnOnce() -> R> TimedBody<R> for F {}

/// Runs `body` as a call of `stage`, which ends with the outcome of the returned value.
#[doc(hidden)]
#[inline]
pub fn time<S: Stage, R: ValueOutcome>(stage: S, body: impl FnOnce() -> R) -> R {
    let mut guard = Guard::idle();
    start_here(&mut guard, stage, SpanNeeds::Nothing);
    run(&mut guard, body, CallResult::of_returned)
}

/// [`time`] for values whose outcome `outcome_of` returns.
#[doc(hidden)]
#[inline]
pub fn time_as<S: Stage, R>(
    stage: S,
    outcome_of: impl FnOnce(&R) -> Outcome,
    body: impl FnOnce() -> R,
) -> R {
    let mut guard = Guard::idle();
    start_here(&mut guard, stage, SpanNeeds::Nothing);
    run(&mut guard, body, outcome_of)
}

/// Returns the result of the value of a future.
#[doc(hidden)]
pub type ByValue<F> = fn(&<F as Future>::Output) -> CallResult;

/// [`time`] for a future.
#[doc(hidden)]
pub fn time_async<S, F>(stage: S, future: F) -> Timed<S, F, ByValue<F>>
where
    F: Future,
    F::Output: ValueOutcome,
{
    Timed::new(stage, future, CallResult::of_returned)
}

/// [`time_as`] for a future.
#[doc(hidden)]
pub fn time_async_as<S, F, J>(stage: S, outcome_of: J, future: F) -> Timed<S, F, J>
where
    F: Future,
    J: Fn(&F::Output) -> Outcome,
{
    Timed::new(stage, future, outcome_of)
}

pin_project! {
    /// A future as a call of a stage: `stage::stt { provider }.time_async(future)`.
    ///
    /// The call starts at the first poll and ends when the future is ready, or with
    /// [`Outcome::Cancelled`] when it is dropped before. If it is never polled, nothing is
    /// recorded.
    #[must_use = "futures do nothing unless polled"]
    pub struct Timed<S, F, J> {
        // Until the first poll.
        stage: Option<S>,
        #[pin]
        call: Wrap<Guard, F, J>,
    }
}

impl<S, F, J> Timed<S, F, J> {
    const fn new(stage: S, future: F, outcome_of: J) -> Self {
        Self {
            stage: Some(stage),
            call: Wrap::waiting(future, outcome_of),
        }
    }
}

impl<S, F, J> Future for Timed<S, F, J>
where
    S: Stage,
    F: Future,
    J: AtEnd<F::Output>,
{
    type Output = J::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<J::Output> {
        let mut this = self.project();
        if let Some(stage) = this.stage.take() {
            start_here(this.call.as_mut().guard(), stage, SpanNeeds::Nothing);
        }
        this.call.poll(context)
    }
}

impl<S, F, J> fmt::Debug for Timed<S, F, J> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Timed")
            .field("started", &self.stage.is_none())
            .finish_non_exhaustive()
    }
}
