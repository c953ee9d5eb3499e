//! HTTP as the layers measure it.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Buf;
use http::{StatusCode, header, request, response};
use http_body::Frame;
use tracing::Span;

use super::{
    CallEnd, ErrorType, Method,
    client::OutgoingCall,
    failure::{self, HttpSettings},
    server::IncomingRequest,
};
use crate::edge::{
    Protocol, ResponseHeaders,
    protocol::{Ended, Role, Termination},
};

/// HTTP, and its state of one running request.
#[derive(Debug)]
pub struct Http {
    pub(super) method: Method,
    status: Option<StatusCode>,
    /// The bytes of the request's body that were read, if it has a body.
    received: Option<Arc<AtomicU64>>,
    sent: u64,
    /// The length of the response's body, if its head has it.
    expected: Option<u64>,
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
        }
    }

    /// Returns the counter of the bytes of the request's body.
    pub(super) fn received(&mut self) -> Arc<AtomicU64> {
        Arc::clone(self.received.get_or_insert_default())
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

    fn head(&mut self, head: &response::Parts) {
        self.status = Some(head.status);
        self.expected = if has_no_body(self.method, head.status) {
            Some(0)
        } else {
            let length = head.headers.get(header::CONTENT_LENGTH);
            length.and_then(|length| length.to_str().ok()?.parse().ok())
        };
    }

    fn ends_with_head(&self) -> bool {
        self.is_complete()
    }

    fn frame<D: Buf>(&mut self, frame: &Frame<D>) -> bool {
        self.sent = self.sent.saturating_add(length(frame));
        false
    }

    fn is_complete(&self) -> bool {
        self.expected.is_some_and(|expected| self.sent >= expected)
    }

    fn end(
        &mut self,
        role: Role,
        termination: Termination<ErrorType>,
        duration: Duration,
        _: &Span,
    ) -> Ended<CallEnd> {
        let received = self.received.as_ref();
        let error = failure::error(role, self.status, termination);
        Ended {
            end: CallEnd {
                duration,
                status: self.status,
                error,
                request_bytes: received.map_or(0, |bytes| bytes.load(Relaxed)),
                response_bytes: self.sent,
            },
            failed: error.is_some_and(|error| failure::is_failure(role, self.status, error)),
        }
    }

    fn describe(&self, role: Role, ended: &Ended<CallEnd>, span: &Span) {
        let Ended { end, failed } = ended;
        let error_type = end
            .error
            .and_then(|error| failure::attribute(role, end.status, error));
        let received = self.received.is_some();
        // One record for all: each record looks up the span and takes its lock.
        tracing::record_all!(
            span,
            http.response.status_code = end.status.map(|status| i64::from(status.as_u16())),
            http.request.body.size = received.then(|| size(end.request_bytes)),
            http.response.body.size = size(end.response_bytes),
            error.r#type = error_type,
            otel.status_code = failed.then_some("ERROR"),
        );
    }
}

/// Whether a response has no body (RFC 9110, section 6.4.1).
fn has_no_body(method: Method, status: StatusCode) -> bool {
    method == Method::Head
        || (method == Method::Connect && status.is_success())
        || status.is_informational()
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Returns the bytes of data in a frame.
pub(super) fn length<D: Buf>(frame: &Frame<D>) -> u64 {
    let bytes = frame.data_ref().map_or(0, Buf::remaining);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Returns a size as an attribute. OpenTelemetry has signed integers only.
pub(super) fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
