//! The span of a call.

use http::request::Parts;
use tracing::{Span, field::Empty, info_span};

use super::ClientRequest;
use crate::{
    edge::attributes::{bounded, version},
    http::Method,
};

/// The template of a request's path, put into its extensions so that its span can have it in its name and as
/// `url.template`.
///
/// ```
/// use glyph_runtime::http::UrlTemplate;
///
/// let request = http::Request::get("http://users.internal/users/42")
///     .extension(UrlTemplate("/users/{id}"))
///     .body(())?;
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UrlTemplate(pub &'static str);

/// OpenTelemetry semantic conventions, "HTTP client span". User, password and query may be secrets and are left out.
pub(super) fn open(parts: &Parts, request: &ClientRequest<'_>) -> Span {
    let template = parts.extensions.get::<UrlTemplate>();
    let method = request.method.in_name();
    let name = match template {
        Some(UrlTemplate(template)) => format!("{method} {template}"),
        None => method.to_owned(),
    };
    let span = info_span!(
        target: "glyph::http",
        "http.client",
        otel.name = name,
        otel.kind = "client",
        otel.status_code = Empty,
        error.r#type = Empty,
        http.request.method = request.method.as_str(),
        http.request.method_original = Empty,
        http.request.resend_count = (request.resend > 0).then_some(i64::from(request.resend)),
        http.response.status_code = Empty,
        http.response.body.size = Empty,
        server.address = bounded(request.peer),
        server.port = port(parts),
        url.full = bounded(&full(parts)),
        url.template = template.map(|template| template.0),
        network.protocol.version = version(parts.version),
    );
    if request.method == Method::Other {
        span.record(
            "http.request.method_original",
            bounded(parts.method.as_str()),
        );
    }
    span
}

fn full(parts: &Parts) -> String {
    let uri = &parts.uri;
    let scheme = uri.scheme_str().unwrap_or("http");
    let host = uri.host().unwrap_or_default();
    let port = uri
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!("{scheme}://{host}{port}{}", uri.path())
}

fn port(parts: &Parts) -> Option<i64> {
    let known = match parts.uri.scheme_str() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    };
    parts.uri.port_u16().map(i64::from).or(known)
}
