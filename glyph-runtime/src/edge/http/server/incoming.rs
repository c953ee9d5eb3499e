//! A request that a server received.

use std::net::SocketAddr;

use crate::call_fields::call_span;
use axum::extract::ConnectInfo;
use glyph_core::__runtime::OpenSpan;
use http::{header, request::Parts};
use opentelemetry::Context;
use tracing::field::Empty;

use super::{Route, ServerRequest, UNMATCHED, line, settings::HttpServerSettings};
use crate::edge::{
    Direction, SettingsOf,
    attributes::{bounded, header, requested_address, version},
    http::{CallEnd, Http, method},
    protocol::Ended,
};

/// A request that a server received.
#[derive(Debug)]
pub struct IncomingRequest {
    route: Option<Route>,
}

impl Direction for IncomingRequest {
    type Protocol = Http;
    type Settings = HttpServerSettings;

    fn start(
        settings: &SettingsOf<Self>,
        context: Context,
        request: &mut Parts,
    ) -> (Self, Http, Context) {
        let route = (settings.direction.route)(request);
        (Self { route }, Http::new(request), context)
    }

    fn open_span(&self, settings: &SettingsOf<Self>, call: &Http, request: &Parts) -> OpenSpan {
        open_span(&settings.direction, &self.described(call), request)
    }

    fn started(&self, settings: &SettingsOf<Self>, call: &Http) {
        settings.direction.recorder.started(&self.described(call));
    }

    fn ended(&self, settings: &SettingsOf<Self>, call: &Http, ended: &Ended<CallEnd>, log: bool) {
        let described = self.described(call);
        settings.direction.recorder.ended(&described, &ended.end);
        match &call.ids {
            Some(ids) if log => ids.in_scope(|| line::write(&described, ended)),
            None if log => line::write(&described, ended),
            _ => {}
        }
    }
}

impl IncomingRequest {
    fn described(&self, call: &Http) -> ServerRequest<'_> {
        ServerRequest {
            method: call.method,
            route: self.route.as_ref().map_or(UNMATCHED, Route::as_str),
        }
    }
}

/// Opens a span (OpenTelemetry semantic conventions, "HTTP server span"). Without the query, which
/// can contain secrets.
fn open_span(
    settings: &HttpServerSettings,
    described: &ServerRequest<'_>,
    request: &Parts,
) -> OpenSpan {
    call_span!("glyph::http", "http.server", {
        let (address, port) = requested_address(request);
        let peer = peer(request);
        let peer_address = peer.map(|peer| peer.ip().to_string());
        "otel.name" = (settings.span_name)(described),
        "otel.kind" = "server",
        "http.request.method" = described.method.as_str(),
        "http.request.method_original" = method::original(described.method, request),
        "http.route" = described.is_matched().then_some(described.route),
        "http.response.status_code" = Empty,
        "http.request.body.size" = Empty,
        "http.response.body.size" = Empty,
        "url.scheme" = request.uri.scheme_str().unwrap_or("http"),
        "url.path" = bounded(request.uri.path()),
        "server.address" = address,
        "server.port" = port,
        "network.peer.address" = peer_address.as_deref(),
        "network.peer.port" = peer.map(|peer| i64::from(peer.port())),
        "client.address" = peer_address.as_deref(),
        "network.protocol.version" = version(request.version),
        "user_agent.original" = header(&request.headers, &header::USER_AGENT),
    })
}

/// Returns the address of the connected peer from axum's `ConnectInfo`, or from a `SocketAddr` in
/// the extensions. Headers such as `Forwarded` are ignored: any client can send them.
pub(in crate::edge) fn peer(request: &Parts) -> Option<SocketAddr> {
    let extensions = &request.extensions;
    let connected = extensions.get::<ConnectInfo<SocketAddr>>();
    connected.map_or_else(|| extensions.get().copied(), |peer| Some(peer.0))
}
