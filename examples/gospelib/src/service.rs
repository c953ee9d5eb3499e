//! The parts that all services share: layers, and calls between services.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use glyph_runtime::CallStatus;
use glyph_runtime::http::{
    CallEnd, ClientLayer, ClientMetrics, ServerLayer, ServerRecorder, ServerRequest,
};
use glyph_runtime::log::CarriedIds;
use tower::{Layer, ServiceExt};

use crate::telemetry::{Code, Request as RequestLabels, Service as ServiceLabel, ServiceMetrics};

/// A service and its name.
#[derive(Debug)]
pub(crate) struct Service {
    name: &'static str,
}

pub(crate) static GATEWAY: Service = Service { name: "gateway" };
pub(crate) static CONTENT: Service = Service { name: "content" };

impl Service {
    /// Adds the service's layers to its routes. Scripts of a page read the trace from
    /// `Server-Timing`. A browser that has its own tracing is the parent.
    ///
    /// The services run in one process here, so each puts its name on its log lines.
    pub(crate) fn layers(&'static self, routes: Router) -> Router {
        let layers = ServerLayer::new(self).excluded_paths(["/healthz", "/readyz", "/metrics"]);
        let named = move |request: Request, next: Next| {
            let ids = CarriedIds::current();
            let ids = ids.clone().try_with("service", self.name).unwrap_or(ids);
            ids.scope(next.run(request))
        };
        routes.layer(layers).layer(middleware::from_fn(named))
    }
}

impl ServerRecorder for Service {
    fn ended(&self, _: &ServerRequest<'_>, end: &CallEnd) {
        let service = self.name;
        let code = match end.status.map(|status| status.as_u16()) {
            Some(..400) => Code::Success,
            Some(400..500) => Code::ClientError,
            _ => Code::ServerError,
        };
        let status = CallStatus::from(end.outcome());
        let metrics = ServiceMetrics::global();
        metrics.http_requests.inc(RequestLabels {
            service,
            code,
            status,
        });
        metrics
            .http_request_duration
            .observe(ServiceLabel { service }, end.duration);
    }
}

/// A client of another service. Calls carry the trace and the id of the current request.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    name: &'static str,
    routes: Router,
}

impl Peer {
    pub(crate) fn new(service: &'static Service, routes: Router) -> Self {
        Self {
            name: service.name,
            routes,
        }
    }

    pub(crate) async fn ask(&self, path: &str) -> Result<Response<Body>, StatusCode> {
        let url = format!("http://{}{path}", self.name);
        let request = Request::get(url).body(Body::empty());
        let request = request.map_err(|_| StatusCode::BAD_REQUEST)?;
        let client = ClientLayer::new(ClientMetrics::global()).layer(self.routes.clone());
        let Ok(response) = client.oneshot(request).await;
        Ok(response.map(Body::new))
    }
}
