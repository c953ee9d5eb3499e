//! Waits for futures and for blocking work.

use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{WaitMetrics, WaitRecorder, WaitRequest, running::Running};
use crate::Outcome;

/// Returns a wait with this name. Its span has the same name.
///
/// The wait is recorded into [`WaitMetrics`], which are exposed if a catalog nests them. Use
/// [`recorder`](Wait::recorder) for another catalog.
#[must_use]
pub fn wait(name: &'static str) -> Wait {
    Wait {
        recorder: WaitMetrics::global(),
        request: WaitRequest {
            name,
            scope: "global",
        },
    }
}

/// The name of a wait and its recorder. Created by [`wait`].
#[derive(Clone, Copy)]
pub struct Wait {
    recorder: &'static dyn WaitRecorder,
    request: WaitRequest,
}

impl Wait {
    /// Names the limit, such as `tenant` or `per_host`. Default: `global`.
    #[must_use]
    pub const fn scope(mut self, scope: &'static str) -> Self {
        self.request.scope = scope;
        self
    }

    /// Sets the catalog that records the wait.
    #[must_use]
    pub fn recorder(mut self, recorder: &'static impl WaitRecorder) -> Self {
        self.recorder = recorder;
        self
    }

    /// Waits for `future`. Every value is a success. The wait begins at the first poll.
    pub fn of<F: Future>(self, future: F) -> Waiting<F> {
        self.of_as(future, Outcome::of_value)
    }

    /// Waits for `future`, and records the outcome that `outcome_of` returns for its value.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// use std::time::Duration;
    /// use glyph_runtime::{Outcome, wait::wait};
    /// use tokio::{sync::Semaphore, time::timeout};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let permits = Semaphore::new(1);
    /// let permit = timeout(Duration::from_secs(1), permits.acquire());
    /// let permit = wait("db.pool").of_as(permit, |permit| match permit {
    ///     Ok(permit) => Outcome::of_result(permit),
    ///     Err(_) => Outcome::Timeout,
    /// });
    /// assert!(permit.await.is_ok());
    /// # }
    /// ```
    pub fn of_as<F, J>(self, future: F, outcome_of: J) -> Waiting<F, J>
    where
        F: Future,
        J: FnOnce(&F::Output) -> Outcome,
    {
        Waiting {
            future,
            state: WaitState::Before(self, outcome_of),
        }
    }

    /// Waits for `work`, which blocks the thread. The span is open from the beginning.
    pub fn blocking<R>(self, work: impl FnOnce() -> R) -> R {
        let mut running = Running::start(self.recorder, self.request);
        running.delays();
        let unwinding = Unwinding(&mut running);
        let result = unwinding.0.in_scope(work);
        unwinding.0.end(Outcome::Ok);
        mem::forget(unwinding);
        result
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Wait")
            .field("name", &self.request.name)
            .field("scope", &self.request.scope)
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// A future with its wait. See [`wait`].
    ///
    /// If it is dropped before it is ready, the wait is recorded as cancelled. If it is never
    /// polled, nothing is recorded.
    #[must_use = "futures do nothing unless polled"]
    pub struct Waiting<F: Future, J = fn(&<F as Future>::Output) -> Outcome> {
        #[pin]
        future: F,
        state: WaitState<J>,
    }
}

#[derive(Debug)]
enum WaitState<J> {
    Before(Wait, J),
    Running(Running, J),
    Over,
}

impl<F, J> Future for Waiting<F, J>
where
    F: Future,
    J: FnOnce(&F::Output) -> Outcome,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let (mut running, outcome_of, is_first) = match mem::replace(this.state, WaitState::Over) {
            WaitState::Before(wait, outcome_of) => {
                let running = Running::start(wait.recorder, wait.request);
                (running, outcome_of, true)
            }
            WaitState::Running(running, outcome_of) => (running, outcome_of, false),
            // Polled after its end: the future itself decides what happens.
            WaitState::Over => return this.future.poll(context),
        };
        let unwinding = Unwinding(&mut running);
        let polled = unwinding.0.in_scope(|| this.future.poll(context));
        mem::forget(unwinding);
        match &polled {
            Poll::Ready(output) => running.end(outcome_of(output)),
            Poll::Pending => {
                if is_first {
                    running.delays();
                }
                *this.state = WaitState::Running(running, outcome_of);
            }
        }
        polled
    }
}

impl<F: Future, J> fmt::Debug for Waiting<F, J> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Waiting").finish_non_exhaustive()
    }
}

/// Records a panic that unwinds through the wait. Without a panic it is forgotten and does nothing.
struct Unwinding<'wait>(&'wait mut Running);

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        self.0.end(Outcome::Panicked);
    }
}
