//! The span of a request.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use http::{header, request::Parts};
use tracing::{Span, field::Empty, info_span};

use super::{ServerRequest, settings::Settings};
use crate::http::{
    Method,
    bounded::{bounded, header, version},
};

/// OpenTelemetry semantic conventions, "HTTP server span". The query may carry secrets and is left out.
pub(super) fn open(settings: &Settings, parts: &Parts, request: &ServerRequest<'_>) -> Span {
    let authority = parts.uri.authority();
    let host = authority.map_or_else(
        || header(&parts.headers, &header::HOST),
        |host| Some(bounded(host.as_str())),
    );
    let (address, port) = host.map_or((None, None), address);
    let peer = peer(parts);
    let peer_address = peer.map(|peer| peer.ip().to_string());
    let span = info_span!(
        target: "glyph::http",
        "http.server",
        otel.name = (settings.span_name)(request),
        otel.kind = "server",
        otel.status_code = Empty,
        error.r#type = Empty,
        http.request.method = request.method.as_str(),
        http.request.method_original = Empty,
        http.route = request.is_matched().then_some(request.route),
        http.response.status_code = Empty,
        http.request.body.size = Empty,
        http.response.body.size = Empty,
        url.scheme = parts.uri.scheme_str().unwrap_or("http"),
        url.path = bounded(parts.uri.path()),
        server.address = address,
        server.port = port,
        network.peer.address = peer_address.as_deref(),
        network.peer.port = peer.map(|peer| i64::from(peer.port())),
        client.address = peer_address.as_deref(),
        network.protocol.version = version(parts.version),
        user_agent.original = header(&parts.headers, &header::USER_AGENT),
    );
    if request.method == Method::Other {
        span.record(
            "http.request.method_original",
            bounded(parts.method.as_str()),
        );
    }
    span
}

/// Who has connected, where somebody has put it into the request. What headers say of it anybody could have written.
fn peer(parts: &Parts) -> Option<SocketAddr> {
    if let Some(ConnectInfo(peer)) = parts.extensions.get() {
        return Some(*peer);
    }
    parts.extensions.get().copied()
}

/// A host and, behind it, a port; what stands before an `@` may be a secret.
pub(crate) fn address(host: &str) -> (Option<&str>, Option<i64>) {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((address, port)) if !port.ends_with(']') => {
            (Some(address), port.parse::<u16>().ok().map(i64::from))
        }
        _ => (Some(host), None),
    }
}
