//! The span of a request.

use http::{header, request::Parts};
use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt},
};
use tracing::{Span, field::Empty, info_span};

use super::{ServerRequest, settings::Settings};
use crate::{
    http::{
        Method,
        bounded::{bounded, header, version},
        propagation,
    },
    log::RequestId,
    trace,
};

/// A request's place in a trace.
#[derive(Debug)]
pub(super) struct Place {
    /// What is current while the service runs, below the span.
    pub(super) context: Context,
    pub(super) span: Span,
    /// The server's span, or the client's where that one is not sampled.
    pub(super) ids: SpanContext,
}

impl Place {
    pub(super) fn open(
        settings: &Settings,
        parts: &Parts,
        request: &ServerRequest<'_>,
        id: Option<&RequestId>,
    ) -> Self {
        let remote = propagation::extract(&parts.headers);
        let mut context = Context::current();
        if settings.continues_traces
            && let Some(remote) = &remote
        {
            context = context.with_remote_span_context(remote.clone());
        }
        if let Some(id) = id {
            context = context.with_value(id.clone());
        }
        let _attached = context.clone().attach();
        // Below an unsampled span none is built.
        let span = trace::around(false).map_or_else(Span::none, |_| open(settings, parts, request));
        if !settings.continues_traces
            && let Some(remote) = &remote
        {
            trace::link(&span, remote);
        }
        let ids =
            span.in_scope(|| Context::map_current(|current| current.span().span_context().clone()));
        Self { context, span, ids }
    }

    /// Runs `work` where the service runs.
    pub(super) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        let _attached = self.context.clone().attach();
        self.span.in_scope(work)
    }
}

/// OpenTelemetry semantic conventions, "HTTP server span". The query may carry secrets and is left out.
fn open(settings: &Settings, parts: &Parts, request: &ServerRequest<'_>) -> Span {
    let authority = parts.uri.authority();
    let host = authority.map_or_else(
        || header(&parts.headers, &header::HOST),
        |host| Some(bounded(host.as_str())),
    );
    let (address, port) = host.map_or((None, None), address);
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

/// A host and, behind it, a port.
fn address(host: &str) -> (Option<&str>, Option<i64>) {
    match host.rsplit_once(':') {
        Some((address, port)) if !port.ends_with(']') => {
            (Some(address), port.parse::<u16>().ok().map(i64::from))
        }
        _ => (Some(host), None),
    }
}
