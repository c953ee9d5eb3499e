//! A wait in progress.

use std::{fmt, time::Duration};

use super::{WaitEnd, WaitRecorder, WaitRequest, span};
use crate::{Outcome, clock::Moment, span::OpenSpan};

/// A wait in progress. It ends once: by `end`, or as cancelled when it is dropped.
pub(super) struct Running {
    recorder: &'static dyn WaitRecorder,
    request: WaitRequest,
    started: Moment,
    span: OpenSpan,
    ended: bool,
}

impl Running {
    pub(super) fn start(recorder: &'static dyn WaitRecorder, request: WaitRequest) -> Self {
        recorder.started(&request);
        Self {
            recorder,
            request,
            started: Moment::now(),
            span: OpenSpan::nothing(),
            ended: false,
        }
    }

    /// Opens the span: the wait did not end at its first poll.
    pub(super) fn delays(&mut self) {
        self.span = span::open(self.request.name, self.request.scope);
    }

    pub(super) fn in_scope<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(|_| work())
    }

    pub(super) fn end(&mut self, outcome: Outcome) {
        if self.ended {
            return;
        }
        self.ended = true;
        let end = WaitEnd {
            duration: since(self.started),
            outcome,
        };
        let Self {
            recorder, request, ..
        } = self;
        self.span.in_scope(|span| {
            recorder.ended(request, &end);
            span::describe(span, &end);
        });
        self.span = OpenSpan::nothing();
    }
}

pub(super) fn since(started: Moment) -> Duration {
    Duration::from_nanos(Moment::now().nanoseconds_since(started))
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end(Outcome::Cancelled);
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Running")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}
