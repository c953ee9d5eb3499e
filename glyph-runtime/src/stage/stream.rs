//! A stage around a stream.

use std::{
    mem::replace,
    pin::Pin,
    task::{Context, Poll},
};

use super::{Guard, Opened, Outcome, Rows, Stage, Verdict};
use crate::clock::Moment;
use futures_core::Stream;
use pin_project_lite::pin_project;

pin_project! {
    /// A stream under way. See [`stream`].
    #[doc(hidden)]
    #[must_use = "streams do nothing unless polled"]
    pub struct Streamed<B, C> {
        // Empty only while the wrapper is dropped.
        #[pin]
        body: Option<B>,
        progress: Progress,
        classify: C,
        // When the last item came.
        last: Option<Moment>,
        // The first error among the items decides.
        verdict: Option<Verdict>,
    }

    impl<B, C> PinnedDrop for Streamed<B, C> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let Progress::Running(guard) = replace(this.progress, Progress::Over) else {
                return;
            };
            let end = {
                let _entered = guard.enter();
                this.body.set(None);
                guard.end(this.verdict.unwrap_or(Outcome::Cancelled.into()))
            };
            guard.finish(end);
        }
    }
}

enum Progress {
    /// Not polled yet.
    Waiting(Call, Opened),
    Running(Guard),
    Over,
}

/// A stage that has not started: its rows are found, since it may borrow what the body takes.
#[doc(hidden)]
#[derive(Debug)]
pub struct Call(fn(Rows, Opened) -> Guard, Rows);

/// Finds the rows of `stage`. The clock starts later.
#[doc(hidden)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "call sites are plain struct literals"
)]
pub fn call<S: Stage>(stage: S) -> Call {
    Call(
        |rows, opened| Guard::new(S::cells(), rows, opened),
        stage.rows(),
    )
}

/// The stream that `body` makes, each poll inside of `span`. It starts with its first poll and records when it is
/// finished or dropped.
#[doc(hidden)]
pub fn stream<B, C>(
    call: Call,
    span: Opened,
    body: impl FnOnce() -> B,
    classify: C,
) -> Streamed<B, C>
where
    B: Stream,
    C: Fn(&B::Item) -> Verdict,
{
    Streamed::new(body(), Progress::Waiting(call, span), classify)
}

/// The stream that a body gave. The call that began with the body goes on and records when the stream is finished
/// or dropped.
#[doc(hidden)]
pub fn streamed<B, C>((guard, body): (Option<Guard>, B), classify: C) -> Streamed<B, C>
where
    B: Stream,
    C: Fn(&B::Item) -> Verdict,
{
    let progress = guard.map_or(Progress::Over, Progress::Running);
    Streamed::new(body, progress, classify)
}

impl<B, C> Streamed<B, C> {
    const fn new(body: B, progress: Progress, classify: C) -> Self {
        Self {
            body: Some(body),
            progress,
            classify,
            last: None,
            verdict: None,
        }
    }
}

impl<B, C> Stream for Streamed<B, C>
where
    B: Stream,
    C: Fn(&B::Item) -> Verdict,
{
    type Item = B::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<B::Item>> {
        let this = self.project();
        let Some(body) = this.body.as_pin_mut() else {
            return Poll::Pending;
        };
        let guard = match replace(this.progress, Progress::Over) {
            Progress::Waiting(Call(start, rows), span) => start(rows, span),
            Progress::Running(guard) => guard,
            Progress::Over => return body.poll_next(context),
        };
        // A panic drops the guard while it unwinds.
        let mut end = None;
        let polled = {
            let _entered = guard.enter();
            let polled = body.poll_next(context);
            match &polled {
                Poll::Ready(None) => {
                    end = Some(guard.end(this.verdict.unwrap_or(Verdict::OK)));
                }
                Poll::Ready(Some(item)) => {
                    let verdict = (this.classify)(item);
                    let now = Moment::now();
                    guard.item(*this.last, now, verdict.outcome);
                    *this.last = Some(now);
                    if this.verdict.is_none() && verdict.outcome != Outcome::Ok {
                        *this.verdict = Some(verdict);
                    }
                }
                Poll::Pending => {}
            }
            polled
        };
        match end {
            Some(end) => guard.finish(end),
            None => *this.progress = Progress::Running(guard),
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.body.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}
