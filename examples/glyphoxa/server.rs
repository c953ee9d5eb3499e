//! The listener: what the pipeline and its telemetry offer, each request measured and traced.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use glyph_runtime::http::{CallEnd, ServerLayer, ServerRecorder, ServerRequest};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::telemetry::{HttpRequest, VoiceMetrics};

/// How long open requests may go on after the stop.
const GRACE: Duration = Duration::from_secs(5);

/// Why there is no listener.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {source}; choose another address with --listen")]
pub(crate) struct ListenError {
    address: SocketAddr,
    source: std::io::Error,
}

/// Takes the port, so that its number is known before anything is served.
pub(crate) async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ListenError> {
    let failed = |source| ListenError { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Serves `endpoints` until the other end of `stop` is gone, then gives open requests
/// [`GRACE`] to end.
pub(crate) async fn serve(
    listener: TcpListener,
    endpoints: Router,
    stop: watch::Receiver<()>,
) -> std::io::Result<()> {
    let router = endpoints.layer(edge());
    let overdue = stopped(stop.clone());
    let server = axum::serve(listener, router).with_graceful_shutdown(stopped(stop));
    tokio::select! {
        ended = server => ended,
        () = async { overdue.await; sleep(GRACE).await } => Ok(()),
    }
}

async fn stopped(mut stop: watch::Receiver<()>) {
    while stop.changed().await.is_ok() {}
}

/// What goes around every request. Its span is named after the route's template, never after the path as it was sent.
fn edge() -> ServerLayer {
    ServerLayer::new(VoiceMetrics::global()).span_name(|request| {
        let method = request.method.as_str();
        format!("HTTP {method} {}", request.route)
    })
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
    #![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

    use axum::routing::get;
    use glyph_runtime::http::Method;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    async fn status_line(address: SocketAddr, request_line: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("{request_line} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
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
    async fn requests_are_measured_by_route_and_never_by_what_was_sent() {
        let endpoints = Router::new().route("/probe/{id}", get(|| async { "ok" }));
        let (listener, address) = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let (stop, stopped) = watch::channel(());
        let server = tokio::spawn(serve(listener, endpoints, stopped));

        for id in 0..3 {
            let line = status_line(address, &format!("GET /probe/{id}")).await;
            assert_eq!(line, "HTTP/1.1 200 OK");
        }
        assert_eq!(
            status_line(address, "BREW /pot").await,
            "HTTP/1.1 404 Not Found"
        );
        assert_eq!(measured(Method::Get, "/probe/{id}"), 3);
        assert_eq!(measured(Method::Other, "unmatched"), 1);

        drop(stop);
        server.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_taken_port_is_named() {
        let (_listener, taken) = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let refusal = bind(taken).await.unwrap_err().to_string();
        assert!(
            refusal.starts_with(&format!("cannot listen on {taken}: ")),
            "{refusal}"
        );
    }
}
