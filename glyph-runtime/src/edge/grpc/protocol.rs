//! gRPC as the layers measure it.

use std::{collections::HashSet, time::Duration};

use crate::call_fields::record;
use ::http::{HeaderMap, response};
use bytes::Buf;
use glyph_core::__runtime::OpenSpan;
use http_body::{Frame, SizeHint};

use super::{
    CallEnd, StatusCode,
    client::{OutgoingCall, PeerAtStart},
    deadline,
    failure::Failure,
    method::{Method, SYSTEM},
    rpc_status::RpcStatus,
    server::IncomingCall,
    settings::GrpcSettings,
};
use crate::{
    edge::{
        Protocol, ResponseHeaders,
        attributes::connected_peer,
        call_span::CurrentSpan,
        protocol::{End, Ended, Role},
    },
    log::CarriedIds,
};

/// The header in which a server lists encodings if it does not accept that of the request (gRPC
/// over HTTP/2, "Message Encoding").
const ACCEPTED_ENCODINGS: &str = "grpc-accept-encoding";

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
    /// Whether the response is a head with a status.
    ends_with_head: bool,
    /// Whether the response shows that the other side has the method: by a part of a message, or
    /// by the encodings that the method accepts.
    has_method: bool,
    /// The attribute `error.type`, if the call failed. Known at the end.
    pub(super) error_type: Option<&'static str>,
    pub(super) channel_peer: Option<PeerAtStart>,
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
            ends_with_head: false,
            has_method: false,
            error_type: None,
            channel_peer: None,
        }
    }

    /// Decides by the status whether the other side has the method.
    fn settle_method(&mut self, status: StatusCode, span: CurrentSpan<'_>) {
        let rejected = status == StatusCode::Unimplemented && !self.has_method;
        // A method that does not exist is rejected without being polled.
        if !self.method.is_known() || (self.polled && !rejected) {
            return;
        }
        let original = self.method.clone();
        self.method.is_unimplemented();
        // The method replaces the one that the sampler was shown.
        record!(span.open, {
            "rpc.method_original" = original.name(),
            "rpc.method" = self.method.name(),
        });
        // The field `otel.name` is read when the span is built, and not after.
        span.change(|span| span.update_name(SYSTEM));
    }
}

impl Protocol for Grpc {
    type Settings = GrpcSettings;
    type Incoming = IncomingCall;
    type Outgoing = OutgoingCall;
    type Failure = Failure;
    type CallEnd = CallEnd;

    fn response_headers() -> ResponseHeaders {
        ResponseHeaders {
            correlation_id: None,
            traceparent: false,
            server_timing: false,
            ..ResponseHeaders::default()
        }
    }

    /// The status follows the messages.
    const HEAD_SUFFICES: bool = false;

    fn failure<E: 'static>(_: &GrpcSettings, role: Role, error: &E) -> Failure {
        Failure::of(error, role)
    }

    fn excludes(excluded: &HashSet<String>, path: &str) -> bool {
        let service = path.strip_prefix('/').and_then(|name| name.split_once('/'));
        service.is_some_and(|(service, _)| excluded.contains(service))
    }

    fn describe_start(&self, settings: &GrpcSettings, span: CurrentSpan<'_>) {
        span.change(|span| settings.ids.describe(span, &self.ids));
    }

    fn polled(&mut self) {
        self.polled = true;
    }

    /// Without messages the head has the status (gRPC over HTTP/2, "Trailers-Only").
    fn head(&mut self, head: &response::Parts, length: &SizeHint) {
        self.has_method = head.headers.contains_key(ACCEPTED_ENCODINGS);
        self.ends_with_head =
            length.exact() == Some(0) && StatusCode::sent(&head.headers).is_some();
        self.status = StatusCode::sent(&head.headers).or_else(|| StatusCode::of_http(head.status));
    }

    /// A client learns from the response which connection it used, if it is one of hyper's. A channel
    /// of tonic's does not tell, but its connector can.
    fn describe_head(&self, head: &response::Parts, span: &OpenSpan) {
        let of_channel = || self.channel_peer.as_ref()?.of_response();
        if let Some(peer) = connected_peer(head).or_else(of_channel) {
            record!(span, {
                "network.peer.address" = Some(peer.ip().to_string()),
                "network.peer.port" = Some(i64::from(peer.port())),
            });
        }
    }

    fn ends_with_head(&self) -> bool {
        self.ends_with_head
    }

    fn frame<D: Buf>(&mut self, frame: &Frame<D>) -> bool {
        if let Some(trailers) = frame.trailers_ref() {
            self.status = StatusCode::sent(trailers).or(self.status);
        } else {
            self.has_method = true;
        }
        frame.is_trailers()
    }

    fn is_complete(&self) -> bool {
        self.status.is_some()
    }

    fn end(&mut self, end: End<Failure>, span: CurrentSpan<'_>) -> Ended<CallEnd> {
        let End { role, duration, .. } = end;
        let late = deadline::has_passed(self.timeout, duration);
        let ended = RpcStatus::new(role, self.status, end.termination, late);
        let failed = ended.is_failure(role);
        self.error_type = failed.then(|| ended.error_type());
        if !self.method.is_certain() {
            self.settle_method(ended.status, span);
        }
        Ended {
            end: CallEnd {
                duration,
                status: ended.status,
                error: ended.error,
            },
            failed,
        }
    }

    fn describe(&self, _: Role, ended: &Ended<CallEnd>, span: &OpenSpan) {
        record!(span, {
            "rpc.status_code" = ended.end.status.as_str(),
            "error.type" = self.error_type,
            "otel.status_code" = ended.failed.then_some("ERROR"),
        });
    }
}
