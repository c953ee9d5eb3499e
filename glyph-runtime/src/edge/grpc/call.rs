//! A call under way, on either side.

use std::{sync::Arc, time::Duration};

use ::http::{HeaderMap, response};
use opentelemetry::trace::TraceContextExt;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{
    CallEnd, StatusCode,
    client::Calling,
    deadline,
    ending::{Edge, Ending, Last},
    failure,
    method::{Method, SYSTEM},
    server::Serving,
};
use crate::{clock::Moment, edge::call_span::Place, scope::ScopeLabels};

/// What is of one side alone.
#[derive(Debug)]
pub(super) enum Side {
    Server(Serving),
    Client(Calling),
}

/// A call that has started. It ends once: when it is told how, or else when it is dropped.
#[derive(Debug)]
pub(super) struct Call {
    side: Side,
    method: Method,
    place: Place,
    started: Moment,
    timeout: Option<Duration>,
    told: Option<StatusCode>,
    /// Whether anybody has asked for the answer.
    awaited: bool,
    /// Whether there was anything of a message.
    has_messages: bool,
    ended: bool,
}

impl Call {
    /// Starts a call that came at the moment `started` and may take this long.
    pub(super) fn start(
        side: Side,
        method: Method,
        mut place: Place,
        started: Moment,
        timeout: Option<Duration>,
    ) -> Self {
        if method.is_certain() {
            describe_method(&place, &method);
        }
        place.enter_first(|| match &side {
            Side::Server(serving) => serving.started(),
            Side::Client(calling) => calling.started(),
        });
        Self {
            side,
            method,
            place,
            started,
            timeout,
            told: None,
            awaited: false,
            has_messages: false,
            ended: false,
        }
    }

    /// The labels of the scope that it is in.
    pub(super) fn labels(&self) -> Option<Arc<ScopeLabels>> {
        self.place.labels.clone()
    }

    pub(super) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        self.place.in_scope(work)
    }

    /// Somebody asks for the answer. What has no such method says so at once.
    pub(super) const fn is_awaited(&mut self) {
        self.awaited = true;
    }

    /// The response's head is there. Without messages it has the status (gRPC over HTTP/2, "Trailers-Only").
    pub(super) fn answered(&mut self, head: &mut response::Parts) {
        self.told = StatusCode::told(&head.headers).or_else(|| StatusCode::of_http(head.status));
        if let Side::Server(serving) = &self.side {
            serving.answered(&mut head.headers, &self.place, self.elapsed());
        }
    }

    /// Some of a message is there.
    pub(super) const fn answers(&mut self) {
        self.has_messages = true;
    }

    /// The trailers are there.
    pub(super) fn closed(&mut self, trailers: &HeaderMap) {
        self.told = StatusCode::told(trailers).or(self.told);
    }

    /// Whether the status is known, after which nobody has to ask the body for more.
    pub(super) const fn is_told(&self) -> bool {
        self.told.is_some()
    }

    pub(super) fn end(mut self, last: Last) {
        self.end_once(last);
    }

    /// Ends it with an error of the service or of a body.
    pub(super) fn fail<E: 'static>(self, error: &E) {
        let status = failure::status(error, self.edge());
        self.end(Last::Failed(status));
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(Moment::now().nanoseconds_since(self.started))
    }

    const fn edge(&self) -> Edge {
        match self.side {
            Side::Server(_) => Edge::Server,
            Side::Client(_) => Edge::Client,
        }
    }

    fn end_once(&mut self, last: Last) {
        if self.ended {
            return;
        }
        self.ended = true;
        let duration = self.elapsed();
        let late = deadline::has_passed(self.timeout, duration);
        let ending = self.edge().ending(self.told, last, late);
        if !self.method.is_certain() {
            self.settle_method(ending.status);
        }
        let end = CallEnd {
            duration,
            status: ending.status,
            error: ending.error,
        };
        let failed = self.edge().is_failure(ending);
        self.place.in_scope(|| match &self.side {
            Side::Server(serving) => serving.ended(&self.method, &end, failed),
            Side::Client(calling) => calling.ended(&self.method, &end),
        });
        self.describe(ending, failed);
    }

    /// Whether there is such a method is known by the answer.
    fn settle_method(&mut self, status: StatusCode) {
        let refused = status == StatusCode::Unimplemented && !self.has_messages;
        if refused || !self.awaited {
            let called = self.method.name().to_owned();
            self.method.is_unimplemented();
            self.place.span.record("rpc.method_original", called);
            // As a field the name would be read when the span is built, and no more.
            self.place.span.context().span().update_name(SYSTEM);
        }
        describe_method(&self.place, &self.method);
    }

    fn describe(&self, ending: Ending, failed: bool) {
        let span = &self.place.span;
        span.record("rpc.response.status_code", ending.status.as_str());
        if failed {
            span.record("error.type", ending.error_type());
            span.record("otel.status_code", "ERROR");
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end_once(Last::Dropped);
    }
}

/// Written once, since OpenTelemetry's spans keep both of two.
fn describe_method(place: &Place, method: &Method) {
    place.span.record("rpc.method", method.name());
    if method.is_known() {
        place.span.record("rpc.service", method.service());
    }
}
