//! HTTP as the layers measure it.

use std::collections::HashSet;

use crate::call_fields::record;
use bytes::Buf;
use glyph_core::__runtime::OpenSpan;
use http::{StatusCode, header, request, response};
use http_body::{Frame, SizeHint};
use opentelemetry::KeyValue;

use super::{
    CallEnd, ErrorType, Method,
    client::{self, OutgoingCall},
    failure::{self, HttpSettings},
    server::IncomingRequest,
};
use crate::{
    edge::{
        Protocol, ResponseHeaders,
        call_span::CurrentSpan,
        protocol::{End, Ended, Role},
        request_body::length,
    },
    log::CarriedIds,
};

/// HTTP, and its state of one running request.
#[derive(Debug)]
pub struct Http {
    pub(super) method: Method,
    status: Option<StatusCode>,
    /// The bytes of the request's body that were read, if it has a body. Known at the end.
    received: Option<u64>,
    sent: u64,
    /// The length of the response's body, if it is known.
    expected: Option<u64>,
    /// Whether nothing follows the head of the response.
    has_no_body: bool,
    /// The ids that the service found out, in the extensions of the response.
    pub(super) ids: Option<CarriedIds>,
}

impl Http {
    /// Creates the state of a call that has started.
    pub(super) fn new(request: &request::Parts) -> Self {
        Self {
            method: Method::from(&request.method),
            status: None,
            received: None,
            sent: 0,
            expected: None,
            has_no_body: false,
            ids: None,
        }
    }
}

impl Protocol for Http {
    type Settings = HttpSettings;
    type Incoming = IncomingRequest;
    type Outgoing = OutgoingCall;
    type Failure = ErrorType;
    type CallEnd = CallEnd;

    fn response_headers() -> ResponseHeaders {
        ResponseHeaders::default()
    }

    fn failure<E: 'static>(settings: &HttpSettings, _: Role, error: &E) -> ErrorType {
        settings.classify(error)
    }

    fn excludes(excluded: &HashSet<String>, path: &str) -> bool {
        excluded.contains(path)
    }

    const HEAD_SUFFICES: bool = true;

    fn head(&mut self, head: &response::Parts, length: &SizeHint) {
        let stated = head.headers.get(header::CONTENT_LENGTH);
        let stated = stated.and_then(|length| length.to_str().ok()?.parse().ok());
        self.status = Some(head.status);
        self.ids = head.extensions.get().cloned();
        // Without the header, hyper's servers send the length that the body reports.
        self.expected = stated.or_else(|| length.exact());
        self.has_no_body = has_no_body(self.method, head.status) || self.expected == Some(0);
    }

    /// A client learns from the response which connection it used.
    fn describe_head(&self, head: &response::Parts, span: &OpenSpan) {
        client::describe_connection(head, span);
    }

    fn ends_with_head(&self) -> bool {
        self.has_no_body
    }

    fn frame<D: Buf>(&mut self, frame: &Frame<D>) -> bool {
        self.sent = self.sent.saturating_add(length(frame));
        frame.is_trailers()
    }

    fn is_complete(&self) -> bool {
        self.has_no_body || self.expected.is_some_and(|expected| self.sent >= expected)
    }

    fn end(&mut self, end: End<ErrorType>, span: CurrentSpan<'_>) -> Ended<CallEnd> {
        if let (Role::Server, Some(ids)) = (end.role, &self.ids) {
            span.change(|span| {
                for (name, value) in ids.iter() {
                    span.set_attribute(KeyValue::new(name, value.to_owned()));
                }
            });
        }
        let error = failure::error(end.role, self.status, end.termination);
        self.received = end.received;
        Ended {
            end: CallEnd {
                duration: end.duration,
                status: self.status,
                error,
                request_bytes: end.received.unwrap_or(0),
                response_bytes: self.sent,
            },
            failed: error.is_some_and(|error| failure::is_failure(end.role, self.status, error)),
        }
    }

    fn describe(&self, role: Role, ended: &Ended<CallEnd>, span: &OpenSpan) {
        let Ended { end, failed } = ended;
        let error_type = end
            .error
            .and_then(|error| failure::attribute(role, end.status, error));
        let received = self.received.is_some();
        record!(span, {
            "http.response.status_code" = end.status.map(|status| i64::from(status.as_u16())),
            "http.request.body.size" = received.then(|| size(end.request_bytes)),
            "http.response.body.size" = size(end.response_bytes),
            "error.type" = error_type,
            "otel.status_code" = failed.then_some("ERROR"),
        });
    }
}

/// Whether a response has no body (RFC 9110, section 6.4.1).
fn has_no_body(method: Method, status: StatusCode) -> bool {
    method == Method::Head
        || (method == Method::Connect && status.is_success())
        || status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Returns a size as an attribute. OpenTelemetry has signed integers only.
pub(super) fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
