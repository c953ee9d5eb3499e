//! Pages of other origins, which ask before they send (CORS).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;

/// The headers that Faro's web SDK sends, as far as a page has to ask for them.
const HEADERS: HeaderValue =
    HeaderValue::from_static("content-type, x-api-key, x-faro-session-id, idempotency-key");
/// How long a browser keeps a response, in seconds.
const KEPT: HeaderValue = HeaderValue::from_static("600");

/// The origins whose pages may send. Pages of other origins get no permission, and the gateway's own
/// page asks for none.
#[derive(Clone, Debug)]
pub(crate) struct Origins(Arc<[HeaderValue]>);

impl Origins {
    pub(crate) fn new(allowed: &[HeaderValue]) -> Self {
        Self(allowed.into())
    }

    /// Adds the responses that pages of these origins need.
    pub(crate) fn layer<S: Clone + Send + Sync + 'static>(
        self,
        routes: MethodRouter<S>,
    ) -> MethodRouter<S> {
        routes.layer(from_fn_with_state(self, permit))
    }

    fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        self.0.contains(origin).then(|| origin.clone())
    }
}

async fn permit(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    let origin = origins.allowed(request.headers());
    let asks = request.headers();
    let asks = asks.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (&origin, asks && request.method() == Method::OPTIONS) {
        (Some(_), true) => permission(),
        (None, true) => StatusCode::FORBIDDEN.into_response(),
        (_, false) => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

fn permission() -> Response {
    let headers = [
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("POST"),
        ),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, KEPT),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
