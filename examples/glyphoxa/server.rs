//! The listener: what telemetry offers, each request measured.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http;
use axum::middleware::{self, Next};
use axum::response::Response;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::telemetry::{HttpRequest, Method, VoiceMetrics};

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
    let router = endpoints.layer(middleware::from_fn(measure));
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

async fn measure(request: Request, next: Next) -> Response {
    let method = Method::from(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let started = Instant::now();
    let response = next.run(request).await;
    let path = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let labels = HttpRequest { method, path };
    VoiceMetrics::global()
        .http_request_duration
        .observe(labels, started.elapsed());
    response
}

impl From<&http::Method> for Method {
    fn from(method: &http::Method) -> Self {
        match *method {
            http::Method::GET => Self::Get,
            http::Method::HEAD => Self::Head,
            http::Method::POST => Self::Post,
            http::Method::PUT => Self::Put,
            http::Method::DELETE => Self::Delete,
            http::Method::OPTIONS => Self::Options,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

    use axum::routing::get;
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
