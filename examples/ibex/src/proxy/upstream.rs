//! The model server that requests are forwarded to.

use std::future::{Ready, ready};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::uri::InvalidUri;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use glyph_example_model::{FAULT_HEADER, Fault};
use glyph_runtime::http::{ClientLayer, ClientService, ResendLayer, ResendService, UrlTemplate};
use http_body_util::Full;
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use tower::retry::{Policy, Retry, RetryLayer};
use tower::timeout::{Timeout, TimeoutLayer, error::Elapsed};
use tower::{BoxError, Layer, ServiceExt};

use crate::telemetry::Metrics;

const COMPLETIONS: &str = "/v1/chat/completions";

/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// The headers of the model's response that the client gets.
const FORWARDED: [header::HeaderName; 3] = [
    header::CONTENT_TYPE,
    header::CACHE_CONTROL,
    header::RETRY_AFTER,
];

type Sent = Request<Full<Bytes>>;
type Connections = legacy::Client<HttpConnector, Full<Bytes>>;
type Attempts = Retry<RetryOnce, ClientService<Timeout<Connections>>>;

/// The model server, with a client whose attempts are measured one by one.
#[derive(Debug)]
pub(crate) struct Upstream {
    client: ResendService<Attempts>,
    url: Uri,
    fault: Option<Fault>,
}

/// The time until the head of the model's response, in the extensions of the proxy's.
#[derive(Clone, Copy, Debug)]
pub(super) struct ModelTime(pub(super) Duration);

impl Upstream {
    /// Creates a client of a server, which has to respond within `limit`.
    pub(crate) fn new(url: &str, limit: Duration) -> Result<Self, InvalidUri> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_LIMIT));
        connector.set_nodelay(true);
        let client = legacy::Client::builder(TokioExecutor::new()).build(connector);
        let client = TimeoutLayer::new(limit).layer(client);
        let client = ClientLayer::new(Metrics::global().proxy).layer(client);
        let client = RetryLayer::new(RetryOnce::default()).layer(client);
        Ok(Self {
            client: ResendLayer.layer(client),
            url: format!("{}{COMPLETIONS}", url.trim_end_matches('/')).parse()?,
            fault: None,
        })
    }

    /// Sets the failure that each request asks the server for.
    pub(crate) const fn fault(mut self, fault: Option<Fault>) -> Self {
        self.fault = fault;
        self
    }

    /// Forwards a request, and returns the response as soon as its head is there. The body follows
    /// piece by piece.
    pub(super) async fn complete(&self, body: Bytes) -> Response {
        let started = Instant::now();
        let request = self.request(body);
        let mut response = match self.client.clone().oneshot(request).await {
            Ok(response) => forwarded(response.map(Body::new)),
            Err(error) => failed(&error),
        };
        let time = ModelTime(started.elapsed());
        response.extensions_mut().insert(time);
        response
    }

    fn request(&self, body: Bytes) -> Sent {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = axum::http::Method::POST;
        *request.uri_mut() = self.url.clone();
        request.extensions_mut().insert(UrlTemplate(COMPLETIONS));
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, json);
        if let Some(fault) = self.fault {
            let name = HeaderValue::from_static(fault.name());
            request.headers_mut().insert(FAULT_HEADER, name);
        }
        request
    }
}

/// Returns the model's response without the headers that concern its connection.
fn forwarded(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let mut response = parts.status.into_response();
    *response.body_mut() = body;
    for name in FORWARDED {
        if let Some(value) = parts.headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn failed(error: &BoxError) -> Response {
    tracing::error!(%error, "model unreachable");
    let status = if error.is::<Elapsed>() {
        StatusCode::GATEWAY_TIMEOUT
    } else {
        StatusCode::BAD_GATEWAY
    };
    status.into_response()
}

/// Sends a request again if the model is not there yet: it was refused before any work on it.
#[derive(Clone, Copy, Debug, Default)]
struct RetryOnce {
    is_sent_again: bool,
}

impl<B> Policy<Sent, Response<B>, BoxError> for RetryOnce {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Sent,
        result: &mut Result<Response<B>, BoxError>,
    ) -> Option<Ready<()>> {
        let is_unavailable = match result {
            Ok(response) => response.status() == StatusCode::SERVICE_UNAVAILABLE,
            Err(error) => is_refused(error),
        };
        if self.is_sent_again {
            if !is_unavailable {
                tracing::warn!(attempt = 2, "retry succeeded");
            }
            return None;
        }
        is_unavailable.then(|| {
            self.is_sent_again = true;
            Metrics::global().proxy.upstream_retries.inc();
            ready(())
        })
    }

    fn clone_request(&mut self, request: &Sent) -> Option<Sent> {
        Some(request.clone())
    }
}

fn is_refused(error: &BoxError) -> bool {
    let error = error.downcast_ref::<legacy::Error>();
    error.is_some_and(legacy::Error::is_connect)
}
