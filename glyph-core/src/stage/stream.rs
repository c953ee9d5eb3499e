//! A stage around a stream.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::{
    CallResult, Described, Guard, Outcome, Stage, StageCells, StageSeries,
    call_result::IntoCallResult, guard::Unwinding, late::LabelTexts,
};
use crate::clock::Moment;

pin_project! {
    /// A running call of a stream. See [`stream`].
    #[doc(hidden)]
    #[must_use = "streams do nothing unless polled"]
    pub struct Streamed<B, C> {
        // `None` only while the wrapper is dropped.
        #[pin]
        body: Option<B>,
        guard: Guard,
        // Until the first poll.
        call: Option<Call>,
        classify: C,
        // When the last item arrived.
        last: Option<Moment>,
        // The result of the first item that is not `ok`.
        result: Option<Described<CallResult>>,
    }

    impl<B, C> PinnedDrop for Streamed<B, C> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !this.guard.is_running() {
                // It was never polled. Its span ends with its fields.
                this.guard.open_span.end();
                return;
            }
            let cancel = |guard: &mut Guard| {
                this.body.set(None);
                let cancelled = || Described::plain(Outcome::Cancelled.into());
                guard.record(this.result.take().unwrap_or_else(cancelled));
            };
            this.guard.within_once(cancel);
            this.guard.over();
        }
    }
}

/// A stage that has not started. Its series are known, because the stage may borrow what the body
/// takes.
#[doc(hidden)]
#[derive(Debug)]
pub struct Call {
    cells: &'static StageCells,
    series: StageSeries,
    /// The texts of the labels, if any is open: a stream that is never polled is no call.
    texts: Option<Arc<LabelTexts>>,
}

/// Finds the series of `stage`, except for open labels. The clock starts later.
#[doc(hidden)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "call sites are plain struct literals"
)]
pub fn call<S: Stage>(stage: S) -> Call {
    Call {
        cells: S::cells(),
        series: stage.series(false),
        texts: (S::HAS_OPEN || S::LATE.any()).then(|| LabelTexts::of(&stage)),
    }
}

/// Returns the stream that `body` creates, with each poll inside of the guard's span. The call
/// starts at the first poll and records when the stream is finished or dropped.
#[doc(hidden)]
pub fn stream<B, C, V>(
    mut guard: Guard,
    call: Call,
    body: impl FnOnce() -> B,
    classify: C,
) -> Streamed<B, C>
where
    B: Stream,
    C: Fn(&B::Item) -> V,
    V: IntoCallResult,
{
    guard.outlive();
    Streamed::new(body(), guard, Some(call), classify)
}

/// Returns the stream that a body returned. The call that began with the body continues, and
/// records when the stream is finished or dropped.
#[doc(hidden)]
pub fn streamed<B, C, V>((guard, body): (Guard, B), classify: C) -> Streamed<B, C>
where
    B: Stream,
    C: Fn(&B::Item) -> V,
    V: IntoCallResult,
{
    Streamed::new(body, guard, None, classify)
}

impl<B, C> Streamed<B, C> {
    const fn new(body: B, guard: Guard, call: Option<Call>, classify: C) -> Self {
        Self {
            body: Some(body),
            guard,
            call,
            classify,
            last: None,
            result: None,
        }
    }
}

impl<B, C, V> Stream for Streamed<B, C>
where
    B: Stream,
    C: Fn(&B::Item) -> V,
    V: IntoCallResult,
{
    type Item = B::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<B::Item>> {
        let this = self.project();
        let Some(body) = this.body.as_pin_mut() else {
            return Poll::Pending;
        };
        if let Some(call) = this.call.take() {
            this.guard.start(call.cells, call.series, call.texts);
        }
        if !this.guard.is_running() {
            return body.poll_next(context);
        }
        this.guard.entering();
        let unwinding = Unwinding(this.guard);
        let poll = |guard: &mut Guard| {
            let polled = body.poll_next(context);
            match &polled {
                Poll::Ready(None) => {
                    let ok = || Described::plain(CallResult::OK);
                    guard.record(this.result.take().unwrap_or_else(ok));
                }
                Poll::Ready(Some(item)) => {
                    let (result, _, description) = (this.classify)(item).into_described();
                    let now = Moment::now();
                    guard.item(*this.last, now, result.outcome);
                    *this.last = Some(now);
                    if this.result.is_none() && result.outcome != Outcome::Ok {
                        *this.result = Some(Described {
                            result,
                            description,
                        });
                    }
                }
                Poll::Pending => {}
            }
            polled
        };
        let is_over = |polled: &Poll<_>| matches!(polled, Poll::Ready(None));
        let polled = unwinding.0.within(poll, is_over);
        unwinding.did_not_happen();
        if let Poll::Ready(None) = polled {
            this.guard.over();
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.body.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}
