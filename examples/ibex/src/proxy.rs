//! The proxy for the models: it authenticates a request, applies the customer's limit and forwards
//! the request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use glyph_runtime::http::ServerLayer;
use tokio::time::sleep;
use tonic::Code;
use tracing::Instrument;

use crate::auth::{Client, OrgId};
use crate::telemetry::{Limited, Metrics};

/// Maximum number of requests per customer.
pub(crate) const LIMIT: u32 = 4;

/// The state that requests share.
#[derive(Debug)]
struct Proxy {
    auth: Client,
    sent: Mutex<HashMap<OrgId, u32>>,
}

/// Returns the routes of the proxy with the layers of each request. Authentication is inside the
/// layers, where the trace, the request id and the route are known.
pub(crate) fn router(auth: Client) -> Router {
    let proxy = Arc::new(Proxy {
        auth,
        sent: Mutex::default(),
    });
    let authorized = middleware::from_fn_with_state(proxy, authorize);
    Router::new()
        .route("/v1/chat/completions", post(complete))
        .route("/v1/organizations/{org_id}/usage", get(usage))
        .route_layer(authorized)
        .layer(ServerLayer::new(Metrics::global().proxy))
}

async fn authorize(
    State(proxy): State<Arc<Proxy>>,
    route: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let token = bearer(&request).unwrap_or_default();
    let org_id = match proxy.ask(token).await {
        Ok(org_id) => org_id,
        Err(status) => return status.into_response(),
    };
    // From here on the customer is in every log line, and in no label.
    let span = tracing::info_span!("authorized", org_id = org_id.as_str());
    let limited = proxy.is_beyond_limit(&org_id);
    let answer = async {
        if limited {
            let route = route.as_str();
            Metrics::global().proxy.rate_limited.inc(Limited { route });
            tracing::warn!(limit = LIMIT, "rate limited");
            return StatusCode::TOO_MANY_REQUESTS.into_response();
        }
        next.run(request).await
    };
    answer.instrument(span).await
}

fn bearer(request: &Request) -> Option<&str> {
    let header = request.headers().get(header::AUTHORIZATION)?;
    header.to_str().ok()?.strip_prefix("Bearer ")
}

impl Proxy {
    /// Returns the customer of a token, or the response that rejects it.
    async fn ask(&self, token: &str) -> Result<OrgId, StatusCode> {
        self.auth.validate(token).await.map_err(|refused| {
            if refused.code() == Code::Unauthenticated {
                return StatusCode::UNAUTHORIZED;
            }
            tracing::error!(error = refused.message(), "auth service unreachable");
            StatusCode::SERVICE_UNAVAILABLE
        })
    }

    fn is_beyond_limit(&self, org_id: &OrgId) -> bool {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let count = sent.entry(org_id.clone()).or_default();
        *count = count.saturating_add(1);
        *count > LIMIT
    }
}

async fn complete() -> &'static str {
    sleep(Duration::from_millis(5)).await;
    tracing::info!(model = "small", "upstream answered");
    "{\"choices\":[]}\n"
}

async fn usage(Path(_): Path<String>) -> StatusCode {
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use axum::body::Body;
    use tokio::net::TcpListener;
    use tower::ServiceExt;

    use super::*;
    use crate::auth;

    async fn send(request: Request) -> Response {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let auth = Client::to(listener.local_addr().unwrap()).unwrap();
        tokio::spawn(auth::serve(listener));
        router(auth).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn every_response_has_its_request_id() {
        for token in ["Bearer token-acme", "Bearer nobody", ""] {
            let request = Request::post("/v1/chat/completions")
                .header(header::AUTHORIZATION, token)
                .header("x-request-id", "demo-7")
                .body(Body::empty());
            let answer = send(request.unwrap()).await;
            assert_eq!(answer.headers()["x-request-id"], "demo-7", "{token}");
        }
        let unknown = Request::get("/nowhere").body(Body::empty()).unwrap();
        let answer = send(unknown).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert!(answer.headers().contains_key("x-request-id"));
    }

    #[tokio::test]
    async fn request_without_a_token_is_rejected() {
        let usage = Request::get("/v1/organizations/7/usage").body(Body::empty());
        assert_eq!(
            send(usage.unwrap()).await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
}
