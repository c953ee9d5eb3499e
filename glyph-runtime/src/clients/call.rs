//! A running call: its clock, its span and its one end.

use std::{
    future::poll_fn,
    mem::{forget, replace},
    pin::pin,
    thread::panicking,
    time::Duration,
};

use glyph_core::__runtime::{Moment, OpenSpan};

use super::Failure;
use crate::{Outcome, call_fields::record};

/// The end of a call, as recorders receive it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd<'a> {
    /// The duration of the call.
    pub duration: Duration,
    /// The outcome of the call.
    pub outcome: Outcome,
    /// How the call failed: the error type of its [`Failure`], `cancelled` or `panic`. Empty if it
    /// succeeded.
    pub error_type: &'a str,
}

/// The kind of a call: what its span has, and where it is recorded.
pub(super) trait Recorded {
    /// Opens the span of the call.
    fn open_span(&self) -> OpenSpan;

    /// The call has started.
    fn started(&self) {}

    /// The call has ended. Its span is current.
    fn ended(&self, end: &CallEnd<'_>);
}

/// A call that has started. It ends once: by [`end`](Self::end), or when it is dropped.
struct Running<R: Recorded> {
    recorded: R,
    started: Moment,
    span: OpenSpan,
    is_over: bool,
}

/// Records a panic that unwinds through the call. Without a panic it is forgotten and does nothing.
struct Unwinding<'call, R: Recorded>(&'call mut Running<R>);

/// Returns a part of a call, unless it is not known.
pub(super) fn known(part: &str) -> Option<&str> {
    (!part.is_empty()).then_some(part)
}

/// Runs `work` as a call. `failure` returns how it failed.
pub(super) fn time<R: Recorded, T>(
    recorded: R,
    failure: impl FnOnce(&mut R, &T) -> Option<Failure>,
    work: impl FnOnce() -> T,
) -> T {
    let mut running = Running::start(recorded);
    let value = running.run(work);
    let failure = failure(&mut running.recorded, &value);
    running.end(failure.as_ref());
    value
}

/// Runs `future` as a call, which starts with the first poll.
pub(super) async fn time_async<R: Recorded, F: Future>(
    recorded: R,
    failure: impl FnOnce(&mut R, &F::Output) -> Option<Failure>,
    future: F,
) -> F::Output {
    let mut running = Running::start(recorded);
    let mut future = pin!(future);
    let value = poll_fn(|context| running.run(|| future.as_mut().poll(context))).await;
    let failure = failure(&mut running.recorded, &value);
    running.end(failure.as_ref());
    value
}

impl<R: Recorded> Running<R> {
    fn start(recorded: R) -> Self {
        recorded.started();
        let started = Moment::now();
        let span = recorded.open_span();
        Self {
            recorded,
            started,
            span,
            is_over: false,
        }
    }

    fn run<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let unwinding = Unwinding(self);
        let value = unwinding.0.span.in_scope(|_| work());
        forget(unwinding);
        value
    }

    fn end(&mut self, failure: Option<&Failure>) {
        if replace(&mut self.is_over, true) {
            return;
        }
        let end = CallEnd {
            duration: Duration::from_nanos(Moment::now().nanoseconds_since(self.started)),
            outcome: failure.map_or(Outcome::Ok, Failure::outcome),
            error_type: failure.map_or("", Failure::error_type),
        };
        let Self { recorded, span, .. } = self;
        span.in_scope(|span| {
            recorded.ended(&end);
            describe(span, &end);
        });
        self.span = OpenSpan::nothing();
    }
}

/// Sets the error type and the status of a call that failed (OpenTelemetry semantic conventions,
/// "Recording errors"). A caller that gave up is no error.
fn describe(span: &OpenSpan, end: &CallEnd<'_>) {
    if end.outcome != Outcome::Ok && span.is_there() {
        record!(span, {
            "error.type" = end.error_type,
            "otel.status_code" = end.outcome.is_error().then_some("ERROR"),
        });
    }
}

impl<R: Recorded> Drop for Running<R> {
    fn drop(&mut self) {
        self.end(Some(&if panicking() {
            Failure::PANIC
        } else {
            Failure::CANCELLED
        }));
    }
}

impl<R: Recorded> Drop for Unwinding<'_, R> {
    fn drop(&mut self) {
        self.0.end(Some(&Failure::PANIC));
    }
}
