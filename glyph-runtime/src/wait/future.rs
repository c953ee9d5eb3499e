//! A future that is ready when a wait is over.

use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{WaitMetrics, WaitRecorder, WaitRequest, running::Running};
use crate::Outcome;

/// A wait of this name, which its span has as well.
///
/// It is recorded into [`WaitMetrics`], which are on the page if a catalog nests them, or where
/// [`recorder`](Wait::recorder) says.
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

/// What a wait is called, and where it is recorded; made by [`wait`].
#[derive(Clone, Copy)]
pub struct Wait {
    recorder: &'static dyn WaitRecorder,
    request: WaitRequest,
}

impl Wait {
    /// What the limit is for, such as `tenant` or `per_host`; `global` unless told otherwise.
    #[must_use]
    pub const fn scope(mut self, scope: &'static str) -> Self {
        self.request.scope = scope;
        self
    }

    /// Where it is recorded: a catalog of your own.
    #[must_use]
    pub fn recorder(mut self, recorder: &'static impl WaitRecorder) -> Self {
        self.recorder = recorder;
        self
    }

    /// Waits for `future`, whatever it gives. The wait begins when this is first polled.
    pub fn of<F: Future>(self, future: F) -> Waiting<F> {
        self.of_as(future, Outcome::of_value)
    }

    /// Waits for `future`, whose value `judge` judges.
    ///
    /// ```
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
    pub fn of_as<F, J>(self, future: F, judge: J) -> Waiting<F, J>
    where
        F: Future,
        J: FnOnce(&F::Output) -> Outcome,
    {
        Waiting {
            future,
            state: State::Before(self, judge),
        }
    }

    /// Waits for `work`, which blocks the thread. Its span is there from the beginning.
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
    /// A future that is waited for; see [`wait`]. Dropped before it is ready it records the wait as cancelled, and never
    /// polled it is none.
    #[must_use = "futures do nothing unless polled"]
    pub struct Waiting<F: Future, J = fn(&<F as Future>::Output) -> Outcome> {
        #[pin]
        future: F,
        state: State<J>,
    }
}

#[derive(Debug)]
enum State<J> {
    Before(Wait, J),
    Under(Running, J),
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
        let (mut running, judge, is_first) = match mem::replace(this.state, State::Over) {
            State::Before(wait, judge) => {
                let running = Running::start(wait.recorder, wait.request);
                (running, judge, true)
            }
            State::Under(running, judge) => (running, judge, false),
            // Polled once more after its end, the future has its own answer.
            State::Over => return this.future.poll(context),
        };
        let unwinding = Unwinding(&mut running);
        let polled = unwinding.0.in_scope(|| this.future.poll(context));
        mem::forget(unwinding);
        match &polled {
            Poll::Ready(output) => running.end(judge(output)),
            Poll::Pending => {
                if is_first {
                    running.delays();
                }
                *this.state = State::Under(running, judge);
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

/// Tells a panic that passes from a drop.
struct Unwinding<'wait>(&'wait mut Running);

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        self.0.end(Outcome::Panicked);
    }
}
