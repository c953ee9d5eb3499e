//! Values of span attributes, as they come from requests.

use std::net::SocketAddr;

use http::{HeaderMap, HeaderName, Version, header::HOST, request::Parts, response};
use hyper_util::client::legacy::connect::HttpInfo;

use glyph_core::__runtime::prefix;

/// The most bytes of a header or a path that a span carries.
const LONGEST: usize = 256;

/// Returns the beginning of `text`.
pub(super) fn bounded(text: &str) -> &str {
    prefix(text, LONGEST)
}

/// Returns the beginning of a header's value, if it is visible ASCII.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(bounded)
}

/// Returns `network.protocol.version` (OpenTelemetry semantic conventions).
pub(super) fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_09 => Some("0.9"),
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}

/// Returns the address of the connection that a call used: hyper's clients put it into the response.
pub(super) fn connected_peer(head: &response::Parts) -> Option<SocketAddr> {
    head.extensions.get().map(HttpInfo::remote_addr)
}

/// Returns the host and the port that a request names.
pub(super) fn requested_address(request: &Parts) -> (Option<&str>, Option<i64>) {
    let authority = request.uri.authority();
    let host = authority.map_or_else(
        || header(&request.headers, &HOST),
        |host| Some(bounded(host.as_str())),
    );
    host.map_or((None, None), address)
}

/// Splits `host:port`. What precedes an `@` may be a secret and is removed.
pub(super) fn address(host: &str) -> (Option<&str>, Option<i64>) {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((address, port)) if !port.ends_with(']') => {
            (Some(address), port.parse::<u16>().ok().map(i64::from))
        }
        _ => (Some(host), None),
    }
}
