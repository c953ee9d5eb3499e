//! A stage around a block of a function.

use tracing::Span;

use super::{CallResult, ErrorOutcome, Guard, Outcome, Stage, start_here};

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
/// Its span is open, but current only inside of [`in_scope`](Self::in_scope): the call may be held
/// across an `.await` and move to another thread. The `time` methods of a stage enter the span
/// themselves.
#[derive(Debug)]
#[must_use = "dropping it records the call as cancelled"]
pub struct Running {
    guard: Guard,
}

/// Starts a call from a block.
#[doc(hidden)]
pub fn begin<S: Stage>(stage: S) -> Running {
    let mut guard = Guard::idle();
    start_here(&mut guard, stage);
    guard.open_span.share();
    Running { guard }
}

impl Running {
    /// The call's span.
    #[must_use]
    pub fn span(&self) -> &Span {
        self.guard.span()
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
