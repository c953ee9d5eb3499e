//! The gate of all plugin requests: it applies rate limits and writes the audit trail.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use glyph_runtime::{audit, instrument_stage, wait::wait};
use thiserror::Error;
use tokio::time::{Instant, sleep, sleep_until};

use crate::telemetry::{BusMetrics, PER_HOST, Response, StatusClass, stage};

/// Minimum time between two requests: to one host, and to all hosts.
const HOST_INTERVAL: Duration = Duration::from_millis(20);
const INTERVAL: Duration = Duration::from_millis(2);

#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the host returned status {0}")]
pub(crate) struct RejectedByHost(u16);

/// The time of the next request.
#[derive(Debug, Default)]
pub(crate) struct Netgate {
    limits: Mutex<Limits>,
}

#[derive(Debug, Default)]
struct Limits {
    global: Option<Instant>,
    hosts: HashMap<&'static str, Instant>,
}

impl Netgate {
    /// Sends a request for a plugin when the limits permit it.
    #[instrument_stage(
        stage::http_request,
        name = "netgate.http_request",
        kind = client,
        fields(
            plugin,
            host,
            capabilities = "http.outbound",
            rate_limit.wait = tracing::field::Empty,
            status = tracing::field::Empty
        )
    )]
    pub(crate) async fn request(
        &self,
        plugin: &str,
        host: &'static str,
    ) -> Result<(), RejectedByHost> {
        let began = Instant::now();
        if let Some((until, scope)) = self.reserve(host) {
            wait("netgate.rate_limit_wait")
                .scope(scope)
                .recorder(BusMetrics::global())
                .of(sleep_until(until))
                .await;
        }
        let waited = began.elapsed().as_secs_f64();
        tracing::Span::current().record("rate_limit.wait", waited);
        sleep(Duration::from_millis(3)).await;
        let status = if host == "gone.example" { 404 } else { 200 };
        tracing::Span::current().record("status", status);
        audit!(
            action = "http_request",
            plugin,
            host,
            status,
            "request sent"
        );
        let class = match status {
            200 => StatusClass::Success,
            _ => StatusClass::ClientError,
        };
        BusMetrics::global().http_requests.inc(Response { class });
        if status == 200 {
            Ok(())
        } else {
            Err(RejectedByHost(status))
        }
    }

    /// Reserves the next slot. Returns the wait and the limit that causes it.
    fn reserve(&self, host: &'static str) -> Option<(Instant, &'static str)> {
        let now = Instant::now();
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let of_host = limits.hosts.get(host).copied().unwrap_or(now).max(now);
        let of_all = limits.global.unwrap_or(now).max(now);
        let at = of_host.max(of_all);
        limits.hosts.insert(host, at + HOST_INTERVAL);
        limits.global = Some(at + INTERVAL);
        let scope = if of_host >= of_all {
            PER_HOST
        } else {
            "global"
        };
        (at > now).then_some((at, scope))
    }
}
