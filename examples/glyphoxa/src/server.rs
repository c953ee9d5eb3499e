//! The HTTP server of the API and the telemetry, with each request measured and traced.

use std::net::SocketAddr;
use std::time::Duration;

use axum::{Router, http::request::Parts};
use glyph_runtime::http::{CallEnd, ServerLayer, ServerRecorder, ServerRequest, header};
use glyph_runtime::{context, scope::ScopeLabels};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::stop::Stop;
use crate::telemetry::{HttpRequest, TenantContext, VoiceMetrics};

/// Time for open requests to end after the stop.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// Errors of the server.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {source}; choose another address with --listen")]
pub(crate) struct ListenError {
    address: SocketAddr,
    source: std::io::Error,
}

/// Binds the port before anything is served, so that the port number is known.
pub(crate) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ListenError> {
    let failed = |source| ListenError { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Serves `endpoints` until the stop, then gives open requests [`GRACE`] to end.
pub(crate) async fn serve(
    listener: TcpListener,
    endpoints: Router,
    stop: Stop,
) -> std::io::Result<()> {
    let router = layered(endpoints);
    let overdue = stop.clone().wait();
    let server = axum::serve(listener, router).with_graceful_shutdown(stop.wait());
    tokio::select! {
        ended = server => ended,
        () = async { overdue.await; sleep(GRACE).await } => Ok(()),
    }
}

/// Adds the layer of every request. The route's template names the span, never the path of the request.
pub(crate) fn layered(endpoints: Router) -> Router {
    let layer = ServerLayer::new(VoiceMetrics::global())
        .span_name(|request| {
            let method = request.method.as_str();
            format!("HTTP {method} {}", request.route)
        })
        .scope(tenant);
    endpoints.layer(layer)
}

/// Returns the tenant of a request, from headers of the gateway or from baggage. Without both the
/// request has no tenant.
pub(crate) fn tenant(request: &Parts) -> ScopeLabels {
    let said = |name: &str, label: &str| {
        let header = header(request, name).map(str::to_owned);
        header.or_else(|| context::baggage(label))
    };
    TenantContext {
        tenant_id: said("x-tenant-id", "tenant_id"),
        campaign_id: said("x-campaign-id", "campaign_id"),
    }
    .labels()
}

impl ServerRecorder for VoiceMetrics {
    fn ended(&self, request: &ServerRequest<'_>, end: &CallEnd) {
        let labels = HttpRequest {
            method: request.method,
            path: request.route,
        };
        self.http_request_duration.observe(labels, end.duration);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use axum::routing::get;
    use glyph_runtime::http::Method;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;
    use crate::telemetry::NpcUtterance;

    async fn status_line(address: SocketAddr, head: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("{head}\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response.lines().next().unwrap_or_default().to_owned()
    }

    fn measured(method: Method, path: &str) -> u64 {
        let labels = HttpRequest { method, path };
        VoiceMetrics::global()
            .http_request_duration
            .snapshot(labels)
            .count()
    }

    #[tokio::test]
    async fn requests_are_measured_by_route_and_never_by_path() {
        let endpoints = Router::new().route("/probe/{id}", get(|| async { "ok" }));
        let (listener, address) = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let (stop, stopped) = Stop::pair();
        let server = tokio::spawn(serve(listener, endpoints, stopped));

        for id in 0..3 {
            let line = status_line(address, &format!("GET /probe/{id} HTTP/1.1")).await;
            assert_eq!(line, "HTTP/1.1 200 OK");
        }
        assert_eq!(
            status_line(address, "BREW /pot HTTP/1.1").await,
            "HTTP/1.1 404 Not Found"
        );
        assert_eq!(measured(Method::Get, "/probe/{id}"), 3);
        assert_eq!(measured(Method::Other, "unmatched"), 1);

        drop(stop);
        server.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn tenants_named_by_a_gateway_have_separate_series() {
        let (tenant_id, campaign_id) = ("acme-corp", "curse-of-strahd");
        let headers = [
            "x-tenant-id: acme-corp\r\nx-campaign-id: curse-of-strahd",
            "baggage: tenant_id=acme-corp,campaign_id=curse-of-strahd",
        ];
        let endpoints = Router::new().route("/utter", get(utter));
        let (listener, address) = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let (stop, stopped) = Stop::pair();
        let server = tokio::spawn(serve(listener, endpoints, stopped));
        let utterances = || VoiceMetrics::global().npc_utterances.value(UTTERANCE);
        let of_tenant = TenantContext {
            tenant_id,
            campaign_id,
        }
        .labels();

        for (index, header) in (1..).zip(headers) {
            let request = format!("GET /utter HTTP/1.1\r\n{header}");
            status_line(address, &request).await;
            let seen = of_tenant.in_scope(|| (utterances(), measured(Method::Get, "/utter")));
            assert_eq!(seen, (index, index));
        }
        assert_eq!(utterances(), 0);
        status_line(address, "GET /utter HTTP/1.1").await;
        assert_eq!((utterances(), measured(Method::Get, "/utter")), (1, 1));

        drop(stop);
        server.await.unwrap().unwrap();
    }

    /// Labels that no other test uses.
    const UTTERANCE: NpcUtterance<'_> = NpcUtterance {
        npc_id: "gateway_01",
    };

    async fn utter() {
        VoiceMetrics::global().npc_utterances.inc(UTTERANCE);
    }

    #[tokio::test]
    async fn port_in_use_is_named_in_the_error() {
        let (_listener, taken) = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let refusal = bind(taken).await.unwrap_err().to_string();
        assert!(
            refusal.starts_with(&format!("cannot listen on {taken}: ")),
            "{refusal}"
        );
    }
}
