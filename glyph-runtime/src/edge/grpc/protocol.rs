//! gRPC as the layers measure it.

use std::{collections::HashSet, time::Duration};

use ::http::{HeaderMap, response};
use bytes::Buf;
use http_body::Frame;
use opentelemetry::trace::TraceContextExt;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::{
    CallEnd, StatusCode,
    client::OutgoingCall,
    deadline, failure,
    method::{Method, SYSTEM},
    rpc_status::RpcStatus,
    server::IncomingCall,
    settings::GrpcSettings,
};
use crate::{
    edge::{
        Protocol, ResponseHeaders,
        protocol::{Ended, Role, Termination},
    },
    log::CarriedIds,
};

/// gRPC, and its state of one running call.
#[derive(Debug)]
pub struct Grpc {
    pub(super) method: Method,
    /// The ids of the call, in addition to its request id.
    pub(super) ids: CarriedIds,
    timeout: Option<Duration>,
    /// The status that the other side sent.
    status: Option<StatusCode>,
    /// Whether the caller polled for the response.
    polled: bool,
    /// Whether a part of a message has arrived.
    has_messages: bool,
}

impl Grpc {
    /// Creates the state of a call that has started. Its timeout is the shorter of `timeout` and
    /// the one in its metadata.
    pub(super) fn new(
        method: Method,
        ids: CarriedIds,
        metadata: &HeaderMap,
        timeout: Option<Duration>,
    ) -> Self {
        let requested = deadline::timeout(metadata);
        Self {
            method,
            ids,
            timeout: requested.into_iter().chain(timeout).min(),
            status: None,
            polled: false,
            has_messages: false,
        }
    }

    /// Records the method on the span. Done once: OpenTelemetry's spans would keep both of two
    /// values.
    fn describe_method(&self, span: &Span) {
        span.record("rpc.method", self.method.name());
        if self.method.is_known() {
            span.record("rpc.service", self.method.service());
        }
    }

    /// Records the ids on the new span, and the method if it is certain.
    pub(super) fn describe_start(&self, settings: &GrpcSettings, span: &Span) {
        settings.ids.describe(span, &self.ids);
        if self.method.is_certain() {
            self.describe_method(span);
        }
    }

    /// Decides by the status whether the other side has the method.
    fn settle_method(&mut self, status: StatusCode, span: &Span) {
        let rejected = status == StatusCode::Unimplemented && !self.has_messages;
        // A method that does not exist is rejected without being polled.
        if rejected || !self.polled {
            let called = self.method.name().to_owned();
            self.method.is_unimplemented();
            span.record("rpc.method_original", called);
            // The field `otel.name` is read when the span is built, and not after.
            span.context().span().update_name(SYSTEM);
        }
        self.describe_method(span);
    }
}

impl Protocol for Grpc {
    type Settings = GrpcSettings;
    type Incoming = IncomingCall;
    type Outgoing = OutgoingCall;
    type Failure = StatusCode;
    type CallEnd = CallEnd;

    fn response_headers() -> ResponseHeaders {
        ResponseHeaders {
            correlation_id: None,
            traceparent: false,
            server_timing: false,
            ..ResponseHeaders::default()
        }
    }

    fn failure<E: 'static>(_: &GrpcSettings, role: Role, error: &E) -> StatusCode {
        failure::status(error, role)
    }

    fn excludes(excluded: &HashSet<String>, path: &str) -> bool {
        let service = path.strip_prefix('/').and_then(|name| name.split_once('/'));
        service.is_some_and(|(service, _)| excluded.contains(service))
    }

    fn polled(&mut self) {
        self.polled = true;
    }

    /// Without messages the head has the status (gRPC over HTTP/2, "Trailers-Only").
    fn head(&mut self, head: &response::Parts) {
        self.status = StatusCode::sent(&head.headers).or_else(|| StatusCode::of_http(head.status));
    }

    fn ends_with_head(&self) -> bool {
        false
    }

    fn frame<D: Buf>(&mut self, frame: &Frame<D>) -> bool {
        if let Some(trailers) = frame.trailers_ref() {
            self.status = StatusCode::sent(trailers).or(self.status);
        } else {
            self.has_messages = true;
        }
        frame.is_trailers()
    }

    fn is_complete(&self) -> bool {
        self.status.is_some()
    }

    fn end(
        &mut self,
        role: Role,
        termination: Termination<StatusCode>,
        duration: Duration,
        span: &Span,
    ) -> Ended<CallEnd> {
        let late = deadline::has_passed(self.timeout, duration);
        let sent = RpcStatus::new(role, self.status, termination, late);
        if !self.method.is_certain() {
            self.settle_method(sent.status, span);
        }
        Ended {
            end: CallEnd {
                duration,
                status: sent.status,
                error: sent.error,
            },
            failed: sent.is_failure(role),
        }
    }

    fn describe(&self, _: Role, ended: &Ended<CallEnd>, span: &Span) {
        let CallEnd { status, error, .. } = ended.end;
        let error_type = RpcStatus { status, error }.error_type();
        let failed = ended.failed;
        tracing::record_all!(
            span,
            rpc.response.status_code = status.as_str(),
            error.r#type = failed.then_some(error_type),
            otel.status_code = failed.then_some("ERROR"),
        );
    }
}
