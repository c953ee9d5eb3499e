//! The forward proxy: sends requests to their origins, and captures each exchange as a flow.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use glyph_runtime::{Outcome, context, instrument_stage};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, VIA};
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{sleep, timeout};
use tracing::Span;

use crate::bus::Bus;
use crate::flow::{Flow, Message, text};
use crate::replay::Journal;
use crate::tee::{Body, Copied, tee};
use crate::telemetry::{self, BusMetrics, StatusClass, Via, stage};

/// Flows that may be on their way to plugins. Requests beyond it wait: that slows down the clients.
const FLOWS: u32 = 64;

/// The time that open connections have when the proxy ends.
const FAREWELL: Duration = Duration::from_secs(5);

/// Headers that are about one connection, beside those that `Connection` names.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Why the proxy answers a request itself.
#[derive(Debug, Error, Outcome)]
pub(crate) enum Refusal {
    #[error("this proxy cannot see into tunnels: send plain HTTP")]
    Tunnel,
    #[error("this is a proxy for http: send a request with an absolute address")]
    NotAbsolute,
    #[error("the origin does not respond: {0}")]
    Unreachable(String),
    #[error("the origin does not respond in time")]
    #[outcome(timeout)]
    Late,
    #[error("the proxy is ending")]
    Ending,
}

pub(crate) struct Proxy {
    client: Client<HttpConnector, Body>,
    bus: Arc<Bus>,
    flows: Journal<Flow>,
    /// The id of the next flow.
    next: AtomicU64,
    /// The time that an origin has for the head of its response.
    limit: Duration,
    places: Arc<Semaphore>,
}

impl Proxy {
    pub(crate) fn new(bus: Arc<Bus>, flows: Journal<Flow>, limit: Duration) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            bus,
            flows,
            next: AtomicU64::new(1),
            limit,
            places: Arc::new(Semaphore::new(FLOWS as usize)),
        }
    }

    /// Serves until `end`. Then it waits for open requests, and for their flows.
    pub(crate) async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        mut end: oneshot::Receiver<()>,
    ) {
        let open = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = &mut end => break,
            };
            match accepted {
                Ok((stream, _)) => self.connect(stream, &open),
                // Too many connections: some of them end.
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        }
        drop(listener);
        if timeout(FAREWELL, open.shutdown()).await.is_err() {
            tracing::warn!("connections were cut off");
        }
        let _all_flows_have_arrived = self.places.acquire_many(FLOWS).await;
    }

    fn connect(self: &Arc<Self>, stream: TcpStream, open: &GracefulShutdown) {
        let proxy = Arc::clone(self);
        let service = service_fn(move |request| {
            let proxy = Arc::clone(&proxy);
            async move { Ok::<_, Infallible>(proxy.answer(request).await) }
        });
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new());
        let connection = server.serve_connection(TokioIo::new(stream), service);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }

    async fn answer(self: &Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let method = request.method().clone();
        let answer = self.capture(method.as_str(), &host, request).await;
        let answer = answer.unwrap_or_else(|refusal| refusal.response());
        let class = StatusClass::of(answer.status().as_u16());
        let requests = &BusMetrics::global().http_requests;
        requests.inc(telemetry::Response {
            via: Via::Proxy,
            class,
        });
        answer
    }

    /// Forwards a request. Its flow goes to the plugins when the client has the response.
    #[instrument_stage(
        stage::http_request,
        name = "proxy.capture_flow",
        kind = server,
        labels(via = "proxy"),
        fields(method, host, flow = _, status = _),
        err = event(level = warn)
    )]
    async fn capture(
        self: &Arc<Self>,
        method: &str,
        host: &str,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Refusal> {
        check(&request)?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| Refusal::Ending)?;
        let (mut parts, body) = request.into_parts();
        let (body, sent) = tee(body);
        let mut flow = Flow {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            method: parts.method.to_string(),
            url: parts.uri.to_string(),
            status: 0,
            request: message(&parts.headers),
            response: Message::default(),
        };
        parts.version = Version::HTTP_11;
        pass_on(&mut parts.headers, &parts.uri);
        let response = self.client.request(Request::from_parts(parts, body));
        let response = timeout(self.limit, response).await;
        let response = response.map_err(|_| Refusal::Late)?;
        let response = response.map_err(|error| Refusal::Unreachable(reason(&error)))?;
        let (mut parts, body) = response.into_parts();
        flow.status = parts.status.as_u16();
        flow.response = message(&parts.headers);
        let span = Span::current();
        span.record("flow", flow.id).record("status", flow.status);
        without_hops(&mut parts.headers);
        let (body, received) = tee(body);
        context::spawn(Arc::clone(self).captured(flow, sent, received, place));
        Ok(Response::from_parts(parts, body))
    }

    /// Hands a flow on once both of its bodies are over.
    async fn captured(
        self: Arc<Self>,
        mut flow: Flow,
        sent: oneshot::Receiver<Copied>,
        received: oneshot::Receiver<Copied>,
        _place: OwnedSemaphorePermit,
    ) {
        for (message, copied) in [(&mut flow.request, sent), (&mut flow.response, received)] {
            let copied = copied.await.unwrap_or_default();
            message.body = text(&copied.first);
            message.bytes = copied.bytes;
        }
        tracing::info!(flow = flow.id, status = flow.status, "flow captured");
        self.flows.add(flow.clone()).await;
        self.bus.dispatch(flow).await;
    }
}

fn check(request: &Request<Incoming>) -> Result<(), Refusal> {
    if request.method() == Method::CONNECT {
        return Err(Refusal::Tunnel);
    }
    let is_http = request.uri().scheme_str() == Some("http");
    (is_http && request.uri().host().is_some())
        .then_some(())
        .ok_or(Refusal::NotAbsolute)
}

fn message(headers: &HeaderMap) -> Message {
    Message {
        headers: Message::headers_of(headers),
        ..Message::default()
    }
}

/// Makes the headers of a client those of the proxy's own request.
fn pass_on(headers: &mut HeaderMap, uri: &Uri) {
    without_hops(headers);
    // The address decides, whatever the client names as host (RFC 9112, 3.2.2).
    if let Some(host) = uri.authority().map(Authority::as_str) {
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        if let Ok(host) = HeaderValue::from_str(host) {
            headers.insert(HOST, host);
        }
    }
    headers.append(VIA, HeaderValue::from_static("1.1 xgen"));
}

fn without_hops(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Returns the text of an error with its causes.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

impl Refusal {
    const fn status(&self) -> StatusCode {
        match self {
            Self::Tunnel => StatusCode::NOT_IMPLEMENTED,
            Self::NotAbsolute => StatusCode::BAD_REQUEST,
            Self::Unreachable(_) => StatusCode::BAD_GATEWAY,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
            Self::Ending => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn response(&self) -> Response<Body> {
        let body = Full::from(format!("{self}\n"));
        let body = body.map_err(|never| match never {}).boxed();
        let mut response = Response::new(body);
        *response.status_mut() = self.status();
        response
    }
}
