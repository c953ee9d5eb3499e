//! The proxy for the models: it authenticates a request, applies the organization's limit and
//! forwards the request.

mod limit;
mod redis;
mod upstream;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use glyph_example_model::Model;
use glyph_runtime::http::ServerLayer;
use glyph_runtime::log::{CarriedIds, Output};
use tokio::net::{TcpListener, TcpStream};
use tonic::{Code, Status};

pub(crate) use self::limit::Limits;
use self::upstream::ModelTime;
pub(crate) use self::upstream::Upstream;
use crate::auth::{self, Client, ORG_ID, OrgId};
use crate::cli::ProxyArgs;
use crate::fault::Fault;
use crate::service::{self, Ended, Stopped};
use crate::telemetry::{Limited, Metrics, Route};

/// An address at which nothing listens.
const NOWHERE: &str = "127.0.0.1:1";

/// The time between two tokens of the embedded model, and how late a slow one is.
const PACE: Duration = Duration::from_millis(2);
const SLOW: Duration = Duration::from_secs(60);

/// The state that requests share.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) auth: Client,
    pub(crate) limits: Limits,
    pub(crate) model: Upstream,
}

/// Runs the proxy until a signal.
pub(crate) async fn run(arguments: ProxyArgs) -> Ended {
    let fault = arguments.fault;
    if fault.is_some_and(Fault::is_of_auth) {
        return Err(
            "this fault is one of the authentication service: use `ibex auth --fault`".into(),
        );
    }
    let auth = match fault {
        Some(Fault::Auth) => NOWHERE.to_owned(),
        _ => arguments.auth_address,
    };
    let checked = auth.clone();
    let telemetry = service::telemetry("proxy", arguments.telemetry, Output::Stdout)
        .listener_for_console()
        .check_with_timeout("auth", auth::CHECK_LIMIT, move || reach(checked.clone()))
        .install()?;
    let redis = match fault {
        Some(Fault::Redis) => Some(format!("redis://{NOWHERE}")),
        _ => arguments.redis_url,
    };
    let requests = match fault {
        Some(Fault::RateLimit) => 1,
        _ => arguments.rate_limit,
    };
    let url = match arguments.upstream_url {
        Some(url) => url,
        None => embedded_model().await?,
    };
    let proxy = Proxy {
        auth: Client::to(&auth)?,
        limits: Limits::new(requests, arguments.rate_window, redis.as_deref())?,
        model: Upstream::new(&url, Duration::from_millis(arguments.upstream_timeout))?
            .fault(fault.and_then(Fault::of_model)),
    };
    let listener = TcpListener::bind(arguments.listen).await?;
    let address = format!("http://{}", listener.local_addr()?);
    tracing::info!(address, auth, upstream = url, "startup");
    service::run(
        &telemetry,
        arguments.child,
        async |stopped: Stopped| -> Ended {
            let routes = telemetry.router().merge(router(proxy));
            service::pages(listener, routes, stopped).await
        },
    )
    .await
}

/// Starts a model server in this process, and returns its URL.
pub(crate) async fn embedded_model() -> std::io::Result<String> {
    Model::new().pace(PACE).wait(SLOW).start().await
}

async fn reach(address: String) -> std::io::Result<()> {
    TcpStream::connect(address).await.map(drop)
}

/// Returns the routes of the proxy with the layers of each request. Authentication is inside the
/// layers, where the trace, the request id and the route are known.
pub(crate) fn router(proxy: Proxy) -> Router {
    let proxy = Arc::new(proxy);
    let admitted = middleware::from_fn_with_state(Arc::clone(&proxy), admit);
    Router::new()
        .route("/v1/chat/completions", post(complete))
        .route("/v1/organizations/{org_id}/usage", get(usage))
        .route_layer(admitted)
        .layer(ServerLayer::new(Metrics::global().proxy))
        .with_state(proxy)
}

/// Authenticates a request, and measures what the proxy adds to the time of the model.
async fn admit(
    State(proxy): State<Arc<Proxy>>,
    route: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().into();
    let token = bearer(&request).unwrap_or_default().to_owned();
    let response = match proxy.authenticate(token).await {
        Ok(ids) => {
            let mut response = ids.scope(proxy.limit(&route, request, next)).await;
            // The line of the request has the organization as well, and so has its span.
            response.extensions_mut().insert(ids);
            response
        }
        Err(status) => status.into_response(),
    };
    let model = response
        .extensions()
        .get()
        .map_or(Duration::ZERO, |ModelTime(time)| *time);
    let route = Route {
        method,
        route: route.as_str(),
    };
    let added = started.elapsed().saturating_sub(model);
    Metrics::global()
        .proxy
        .request_duration
        .observe(route, added);
    response
}

impl Proxy {
    /// Returns the ids of a request with a known token: its organization. They are in all log lines
    /// and calls from here on, and in no label.
    async fn authenticate(&self, token: String) -> Result<CarriedIds, StatusCode> {
        let org_id = self
            .auth
            .validate(token)
            .await
            .map_err(|status| rejected(&status))?;
        let ids = CarriedIds::current().try_with(ORG_ID, org_id.as_str());
        ids.map_err(|error| {
            tracing::error!(%error, "the id of an organization is invalid");
            StatusCode::INTERNAL_SERVER_ERROR
        })
    }

    /// Runs a request unless its organization has sent too many.
    async fn limit(&self, route: &MatchedPath, request: Request, next: Next) -> Response {
        let limits = &self.limits;
        let Some(wait) = limits.exceeded(OrgId::current().as_ref()).await else {
            return next.run(request).await;
        };
        let route = route.as_str();
        Metrics::global().proxy.rate_limited.inc(Limited { route });
        tracing::warn!(limit = limits.requests(), "rate limited");
        let seconds = wait.as_secs().saturating_add(1).to_string();
        (
            StatusCode::TOO_MANY_REQUESTS,
            [(header::RETRY_AFTER, seconds)],
        )
            .into_response()
    }
}

fn bearer(request: &Request) -> Option<&str> {
    let header = request.headers().get(header::AUTHORIZATION)?;
    header.to_str().ok()?.strip_prefix("Bearer ")
}

/// Returns the status of a request that the authentication service did not admit.
fn rejected(status: &Status) -> StatusCode {
    if status.code() == Code::Unauthenticated {
        return StatusCode::UNAUTHORIZED;
    }
    tracing::error!(error = status.message(), "auth service unreachable");
    StatusCode::SERVICE_UNAVAILABLE
}

async fn complete(State(proxy): State<Arc<Proxy>>, body: Bytes) -> Response {
    proxy.model.complete(body).await
}

async fn usage(State(proxy): State<Arc<Proxy>>, Path(org_id): Path<String>) -> Response {
    if OrgId::current().is_none_or(|current| current.as_str() != org_id) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match proxy.auth.usage().await {
        Ok(requests) => {
            Json(serde_json::json!({"org_id": org_id, "requests": requests})).into_response()
        }
        Err(status) => rejected(&status).into_response(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use axum::body::{Body, to_bytes};
    use tower::ServiceExt;

    use super::*;
    use crate::auth::Store;

    const ACME: &str = "0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10";

    async fn proxy() -> Router {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let auth = Client::to(&listener.local_addr().unwrap().to_string()).unwrap();
        tokio::spawn(async move {
            let store = Arc::new(Store::open(None).unwrap());
            auth::prepare(&store).unwrap();
            auth::serve(listener, store, std::future::pending())
                .await
                .unwrap();
        });
        let model = embedded_model().await.unwrap();
        router(Proxy {
            auth,
            limits: Limits::new(100, 60, None).unwrap(),
            model: Upstream::new(&model, Duration::from_secs(30)).unwrap(),
        })
    }

    async fn send(request: axum::http::request::Builder, body: &'static str) -> Response {
        let request = request.body(Body::from(body)).unwrap();
        proxy().await.oneshot(request).await.unwrap()
    }

    async fn text(response: Response) -> String {
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn every_response_has_its_request_id() {
        for token in ["Bearer token-acme", "Bearer nobody", ""] {
            let request = Request::post("/v1/chat/completions")
                .header(header::AUTHORIZATION, token)
                .header("x-request-id", "demo-7");
            let answer = send(request, "").await;
            assert_eq!(answer.headers()["x-request-id"], "demo-7", "{token}");
        }
        let answer = send(Request::get("/nowhere"), "").await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert!(answer.headers().contains_key("x-request-id"));
    }

    #[tokio::test]
    async fn request_without_a_token_is_rejected() {
        let answer = send(Request::get("/v1/organizations/7/usage"), "").await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn organization_sees_its_own_usage_alone() {
        let ask = async |org_id: &str| {
            let request = Request::get(format!("/v1/organizations/{org_id}/usage"));
            send(
                request.header(header::AUTHORIZATION, "Bearer token-acme"),
                "",
            )
            .await
        };
        assert_eq!(ask("another").await.status(), StatusCode::FORBIDDEN);
        let own = text(ask(ACME).await).await;
        assert_eq!(own, format!(r#"{{"org_id":"{ACME}","requests":1}}"#));
    }

    #[tokio::test]
    async fn completion_is_the_models() {
        let request = Request::post("/v1/chat/completions")
            .header(header::AUTHORIZATION, "Bearer token-acme");
        let body = r#"{"messages": [{"role": "user", "content": "What is 6 * 7?"}]}"#;
        let answer = send(request, body).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
        let answer = text(answer).await;
        assert!(answer.contains("6 * 7 is 42."), "{answer}");
    }
}
