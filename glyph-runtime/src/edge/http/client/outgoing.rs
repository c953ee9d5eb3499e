//! A call that a client makes.

use crate::call_fields::{call_span, record};
use glyph_core::__runtime::OpenSpan;
use http::{Uri, request::Parts, response};
use opentelemetry::Context;
use tracing::field::Empty;

use super::{ClientRequest, layer::HttpClientSettings, resend};
use crate::edge::{
    Direction, SettingsOf,
    attributes::{bounded, connected_peer, version},
    http::{CallEnd, Http, method},
    protocol::Ended,
};

/// The template of a request's path. Put into the request's extensions, it is a part of the span's
/// name and the attribute `url.template`.
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

/// A call that a client makes.
#[derive(Debug)]
pub struct OutgoingCall {
    peer: String,
    resend: u32,
}

impl Direction for OutgoingCall {
    type Protocol = Http;
    type Settings = HttpClientSettings;

    fn start(_: &SettingsOf<Self>, context: Context, request: &mut Parts) -> (Self, Http, Context) {
        let peer = request.uri.host().unwrap_or_default();
        let outgoing = Self {
            peer: peer.to_ascii_lowercase(),
            resend: resend::count(&request.extensions),
        };
        (outgoing, Http::new(request), context)
    }

    fn open_span(&self, _: &SettingsOf<Self>, call: &Http, request: &Parts) -> OpenSpan {
        open_span(&self.described(call), request)
    }

    fn started(&self, settings: &SettingsOf<Self>, call: &Http) {
        settings.direction.recorder.started(&self.described(call));
    }

    fn ended(&self, settings: &SettingsOf<Self>, call: &Http, ended: &Ended<CallEnd>, _: bool) {
        let recorder = settings.direction.recorder;
        recorder.ended(&self.described(call), &ended.end);
    }
}

impl OutgoingCall {
    fn described(&self, call: &Http) -> ClientRequest<'_> {
        ClientRequest {
            method: call.method,
            peer: &self.peer,
            resend: self.resend,
        }
    }
}

/// Opens a span (OpenTelemetry semantic conventions, "HTTP client span"). Without user, password
/// and query, which can be secrets.
fn open_span(described: &ClientRequest<'_>, request: &Parts) -> OpenSpan {
    call_span!("glyph::http", "http.client", {
        let template = request.extensions.get::<UrlTemplate>();
        "otel.name" = name(described, template),
        "otel.kind" = "client",
        "http.request.method" = described.method.as_str(),
        "http.request.method_original" = method::original(described.method, request),
        "http.request.resend_count" = (described.resend > 0).then_some(i64::from(described.resend)),
        "http.response.status_code" = Empty,
        "http.response.body.size" = Empty,
        "server.address" = bounded(described.peer),
        "server.port" = port(&request.uri),
        "url.full" = bounded(&full(&request.uri)),
        "url.template" = template.map(|template| template.0),
        "network.peer.address" = Empty,
        "network.peer.port" = Empty,
        "network.protocol.version" = Empty,
    })
}

fn name(described: &ClientRequest<'_>, template: Option<&UrlTemplate>) -> String {
    let method = described.method.in_name();
    match template {
        Some(UrlTemplate(template)) => format!("{method} {template}"),
        None => method.to_owned(),
    }
}

/// Records the connection of a call.
pub(in crate::edge) fn describe_connection(head: &response::Parts, span: &OpenSpan) {
    let peer = connected_peer(head);
    record!(span, {
        "network.peer.address" = peer.map(|peer| peer.ip().to_string()),
        "network.peer.port" = peer.map(|peer| i64::from(peer.port())),
        "network.protocol.version" = version(head.version),
    });
}

fn full(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or("http");
    let host = uri.host().unwrap_or_default();
    let port = uri
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!("{scheme}://{host}{port}{}", uri.path())
}

fn port(uri: &Uri) -> Option<i64> {
    let known = match uri.scheme_str() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    };
    uri.port_u16().map(i64::from).or(known)
}
