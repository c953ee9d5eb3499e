//! A stage around a block of a function.

use tracing::Span;

use super::{CallResult, ErrorOutcome, Guard, Outcome, Stage, start_here};
use crate::{
    span::{SpanCallsite, SpanNeeds},
    within::{Environment, Within},
};

/// A running call of a stage, started by a block: `stage::stt { provider }.start()`.
///
/// It records exactly once, when it ends:
///
/// | end | outcome |
/// |---|---|
/// | [`finish`](Self::finish) | ok |
/// | [`fail`](Self::fail) | that of the error |
/// | [`finish_as`](Self::finish_as) | the one given |
/// | dropped, by `?` or `return` for example | cancelled |
/// | dropped by a panic | panicked |
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Histogram, Outcome, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_running", stages = stage)]
/// pub struct Metrics {
///     /// Latency of transcription.
///     #[metric(unit = seconds, buckets = [10ms, 1s])]
///     #[stage(stt)]
///     pub stt: Histogram,
/// }
///
/// # fn main() {
/// let running = stage::stt {}.start();
/// match "7".parse::<u8>() {
///     Ok(_) => running.finish(),
///     Err(error) => running.fail(&error),
/// }
/// assert_eq!(Metrics::global().stt.snapshot().count(), 1);
/// # }
/// ```
///
/// Its span is open, but current only inside of [`in_scope`](Self::in_scope) and
/// [`scope`](Self::scope): the call may be held across an `.await` and move to another thread. The
/// `time` methods of a stage enter the span themselves.
#[derive(Debug)]
#[must_use = "dropping it records the call as cancelled"]
pub struct Running {
    pub(super) guard: Guard,
    callsite: &'static SpanCallsite,
}

/// Starts a call from a block.
#[doc(hidden)]
pub fn begin<S: Stage>(stage: S) -> Running {
    let mut guard = Guard::idle();
    // Its users see the span: `Running::span`.
    start_here(&mut guard, stage, SpanNeeds::IfSampled);
    guard.open_span.share();
    Running {
        guard,
        callsite: S::span_callsite(),
    }
}

impl Running {
    /// The call's span, as a parent or a link, or for a task:
    /// `tokio::spawn(work.instrument(running.span().clone()))`.
    ///
    /// Below a span that is not sampled, a stage has no span of its own until this asks for one. It
    /// costs as much as a sampled span: prefer [`in_scope`](Self::in_scope) and
    /// [`scope`](Self::scope).
    ///
    /// It has no labels then in a program without a log of glyph's, which has no use for them.
    ///
    /// The span is disabled if the subscriber does not enable it, or there is none.
    #[must_use]
    pub fn span(&self) -> &Span {
        self.guard.open_span.built(self.callsite)
    }

    /// Returns a future or a stream that is inside the call whenever it is polled, and when it is
    /// dropped, as the code of [`in_scope`](Self::in_scope) is.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// # use glyph_runtime::{Counter, Histogram, metric_catalog};
    /// # #[metric_catalog(namespace = "doc_running_scope", stages = stage)]
    /// # pub struct Metrics {
    /// #     /// Latency of transcription.
    /// #     #[metric(unit = seconds, buckets = [10ms, 1s])]
    /// #     #[stage(stt, retries = stt_retries)]
    /// #     pub stt: Histogram,
    /// #     /// Transcriptions that were tried again.
    /// #     pub stt_retries: Counter,
    /// # }
    /// # async fn transcribe() { glyph_runtime::stage::retry(); }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let running = stage::stt {}.start();
    /// running.scope(transcribe()).await;
    /// running.finish();
    /// # assert_eq!(Metrics::global().stt_retries.value(), 1);
    /// # }
    /// ```
    ///
    /// A task that outlives this call gets its [`span`](Self::span), or is spawned with
    /// glyph-runtime's `context::spawn` inside of [`in_scope`](Self::in_scope).
    pub const fn scope<F>(&self, future: F) -> InRunning<'_, F> {
        InRunning::new(self, future)
    }

    /// Runs `body` inside the span; [`retry`](super::retry) and [`fallback`](super::fallback) in it
    /// are this call's.
    pub fn in_scope<R>(&self, body: impl FnOnce() -> R) -> R {
        let _inside = self.guard.enter_shared();
        body()
    }

    /// Counts a retry, if the stage has a `retries` metric.
    pub fn retry(&self) {
        self.guard.retry();
    }

    /// Counts a fallback, if the stage has a `fallbacks` metric: a result from another source.
    pub fn fallback(&self) {
        self.guard.fallback();
    }

    /// Ends the call with [`Outcome::Ok`].
    pub fn finish(mut self) {
        self.guard.finish(|| CallResult::OK);
    }

    /// Ends the call with the outcome of `error`, and sets its type on the span.
    ///
    /// An error of another crate has no outcome: use [`finish_as`](Self::finish_as).
    pub fn fail<E: ErrorOutcome + ?Sized>(mut self, error: &E) {
        self.guard.finish(|| CallResult::of_error(error));
    }

    /// Ends the call with this outcome.
    pub fn finish_as(mut self, outcome: Outcome) {
        self.guard.finish(|| outcome);
    }
}

/// A future or a stream inside of a call. See [`Running::scope`].
pub type InRunning<'call, F> = Within<F, &'call Running>;

impl Environment for &Running {
    fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        self.in_scope(work)
    }
}
