//! The parts that all services share: layers, and a server that ends without losing a request.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use glyph_runtime::CallStatus;
use glyph_runtime::http::{CallEnd, ServerLayer, ServerRecorder, ServerRequest};
use glyph_runtime::log::CarriedIds;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::options::Role;
use crate::telemetry::{Code, Request as RequestLabels, Service as ServiceLabel, ServiceMetrics};

/// The time that running requests have when a service ends.
const DRAIN: Duration = Duration::from_secs(5);

/// A service and its name.
#[derive(Debug)]
pub(crate) struct Service {
    name: &'static str,
}

pub(crate) static GATEWAY: Service = Service::of(Role::Gateway);
pub(crate) static CONTENT: Service = Service::of(Role::Content);
pub(crate) static INGEST: Service = Service::of(Role::Ingest);

impl Service {
    const fn of(role: Role) -> Self {
        Self { name: role.name() }
    }

    /// Adds the service's layers to its routes. Scripts of a page read the trace from
    /// `Server-Timing`. A browser that has its own tracing is the parent.
    ///
    /// With `--once` the services run in one process, so each puts its name on its log lines.
    pub(crate) fn layers(&'static self, routes: Router) -> Router {
        let named = move |request: Request, next: Next| self.named().scope(next.run(request));
        routes
            .layer(ServerLayer::new(self))
            .layer(middleware::from_fn(named))
    }

    /// Returns the ids of lines of the service.
    pub(crate) fn named(&self) -> CarriedIds {
        let ids = CarriedIds::current();
        ids.clone().try_with("service", self.name).unwrap_or(ids)
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

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Serving {
    pub(crate) fn start(listener: TcpListener, routes: Router) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = axum::serve(listener, routes).with_graceful_shutdown(async {
            let _is_asked_to_stop = stopped.await;
        });
        Ok(Self {
            address,
            stop,
            task: tokio::spawn(served.into_future()),
        })
    }

    /// Accepts no further connections, and waits for the requests that were accepted.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        if timeout(DRAIN, self.task).await.is_err() {
            tracing::warn!("requests were cut off at the end of the service");
        }
    }
}
