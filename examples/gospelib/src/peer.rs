//! Calls of one service to another, over HTTP.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, header, uri};
use axum::response::Response;
use glyph_example_model::FAULT_HEADER;
use glyph_runtime::http::{ClientLayer, ClientMetrics, ClientService, UrlTemplate};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tower::timeout::Timeout;
use tower::{BoxError, Layer, ServiceExt};

/// The time after which a call is given up.
const PATIENCE: Duration = Duration::from_secs(5);

type Sender = Timeout<Client<HttpConnector, Body>>;

/// A client of another service. Calls carry the trace and the id of the current request.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    base: Arc<str>,
    /// Without measures, for health checks.
    plain: Sender,
    measured: ClientService<Sender>,
}

impl Peer {
    /// Creates a client of the service at a URL such as `http://content:8083`.
    pub(crate) fn new(base: &str) -> Result<Self, uri::InvalidUri> {
        let base = base.trim_end_matches('/');
        let _is_valid: Uri = base.parse()?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let plain = Timeout::new(client, PATIENCE);
        Ok(Self {
            base: base.into(),
            measured: ClientLayer::new(ClientMetrics::global()).layer(plain.clone()),
            plain,
        })
    }

    /// Asks for a path, which `template` describes in the span, and returns the response without the
    /// headers of its connection.
    pub(crate) async fn get(
        &self,
        path: &str,
        template: &'static str,
    ) -> Result<Response, StatusCode> {
        let request = Request::get(format!("{}{path}", self.base)).extension(UrlTemplate(template));
        let request = request.body(Body::empty());
        let request = request.map_err(|_| StatusCode::BAD_REQUEST)?;
        let response = self.measured.clone().oneshot(request).await;
        let response = response.map_err(|error| {
            let status = status_of(&*error);
            let error: &dyn Error = &*error;
            tracing::error!(error, "content service unreachable");
            status
        })?;
        let (head, body) = response.into_parts();
        let mut passed = Response::new(Body::new(body));
        *passed.status_mut() = head.status;
        if let Some(kind) = head.headers.get(header::CONTENT_TYPE) {
            passed
                .headers_mut()
                .insert(header::CONTENT_TYPE, kind.clone());
        }
        Ok(passed)
    }

    /// Posts a JSON document, and returns the response as soon as its head is there. `fault` names the
    /// failure that the model server is asked for.
    pub(crate) async fn post(
        &self,
        path: &'static str,
        body: &Value,
        fault: Option<HeaderValue>,
    ) -> Result<Response, BoxError> {
        let mut request = Request::post(format!("{}{path}", self.base))
            .extension(UrlTemplate(path))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(fault) = fault {
            request = request.header(FAULT_HEADER, fault);
        }
        let request = request.body(Body::from(body.to_string()))?;
        let response = self.measured.clone().oneshot(request).await?;
        Ok(response.map(Body::new))
    }

    /// Returns an error if the service does not say that it is ready.
    pub(crate) async fn health(&self) -> Result<(), String> {
        let request = Request::get(format!("{}/readyz", self.base)).body(Body::empty());
        let request = request.map_err(|error| error.to_string())?;
        let response = self.plain.clone().oneshot(request).await;
        let response = response.map_err(|error| error.to_string())?;
        match response.status() {
            StatusCode::OK => Ok(()),
            status => Err(status.to_string()),
        }
    }
}

/// Returns the status that a failed call gives to the request behind it.
fn status_of(error: &(dyn Error + 'static)) -> StatusCode {
    if error.is::<tower::timeout::error::Elapsed>() {
        StatusCode::GATEWAY_TIMEOUT
    } else {
        StatusCode::BAD_GATEWAY
    }
}
