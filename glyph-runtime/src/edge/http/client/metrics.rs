//! Metrics of HTTP clients, with the names of OpenTelemetry.

use super::{
    ClientRecorder, ClientRequest,
    labels::{Answered, Failed, Peer, Request},
};
use crate::{Counter, Gauge, Histogram, http::CallEnd, metric_catalog};

/// Metrics of an HTTP client, to be nested in a catalog: `#[catalog] client: ClientMetrics`.
///
/// Names, units and bucket bounds are OpenTelemetry's (semantic conventions, "HTTP metrics"). The
/// histogram has the class of the status in place of the status. The first 32 hosts get separate
/// series, all others share `other`.
///
/// | metric | labels |
/// |---|---|
/// | `http_client_request_duration_seconds` | method, host, class of the status |
/// | `http_client_requests_total` | method, host, status |
/// | `http_client_errors_total` | method, host, `error_type` |
/// | `http_client_resends_total` | method, host |
/// | `http_client_active_requests` | method, host |
#[metric_catalog(namespace = "http.client", max_series = 100_000, crate = crate)]
pub struct ClientMetrics {
    /// Duration of HTTP calls, until the response body ends.
    #[metric(name = "request.duration", unit = seconds, sparse)]
    pub request_duration: Histogram<Answered<'_>>,

    /// Completed HTTP calls, including each retry.
    #[metric(sparse)]
    pub requests: Counter<Request<'_>>,

    /// HTTP calls that failed, including each retry.
    #[metric(sparse)]
    pub errors: Counter<Failed<'_>>,

    /// Retries of HTTP calls.
    #[metric(sparse)]
    pub resends: Counter<Peer<'_>>,

    /// Active HTTP calls.
    #[metric(sparse)]
    pub active_requests: Gauge<Peer<'_>>,
}

impl ClientRecorder for ClientMetrics {
    fn started(&self, request: &ClientRequest<'_>) {
        let ClientRequest { method, peer, .. } = *request;
        self.active_requests.inc(Peer { method, peer });
        if request.resend > 0 {
            self.resends.inc(Peer { method, peer });
        }
    }

    fn ended(&self, request: &ClientRequest<'_>, end: &CallEnd) {
        let ClientRequest { method, peer, .. } = *request;
        self.active_requests.dec(Peer { method, peer });
        let status = end.status_class();
        let labels = Answered {
            method,
            peer,
            status,
        };
        self.request_duration.observe(labels, end.duration);
        let status = end.status_code();
        self.requests.inc(Request {
            method,
            peer,
            status,
        });
        if let Some(error) = end.error {
            self.errors.inc(Failed {
                method,
                peer,
                error,
            });
        }
    }
}
