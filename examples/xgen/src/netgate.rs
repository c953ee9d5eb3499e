//! The gate of all plugin requests: who may ask whom, how often, and the audit trail of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use glyph_runtime::{Outcome, audit, instrument_stage, wait::wait};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Method, Request, Uri};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use thiserror::Error;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until, timeout};
use tracing::Span;

use crate::flow::Flow;
use crate::plugin::Plugin;
use crate::telemetry::{self, BusMetrics, PER_HOST, Response, StatusClass, Via, stage};

/// The name of a wait's span.
const WAIT: &str = "netgate.rate_limit_wait";
/// The capability without which a plugin has no access to the network.
const OUTBOUND: &str = "http.outbound";
/// Requests that may be on their way at the same time.
const CONCURRENCY: usize = 16;
/// The time that a host has for its response.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of a response that are read.
const LONGEST: usize = 1 << 20;
/// Hosts whose limits are kept, at least.
const HOSTS: usize = 1024;

/// How many requests may be sent: so many a second, and as many at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) interval: Duration,
    pub(crate) burst: u32,
}

impl Rate {
    pub(crate) fn per_second(requests: u32) -> Self {
        Self {
            interval: Duration::from_secs(1) / requests.max(1),
            burst: requests.max(1),
        }
    }
}

/// Why a request has no response.
#[derive(Debug, Error, Outcome)]
pub(crate) enum NetgateError {
    #[error("the plugin may not ask {0}")]
    Refused(String),
    #[error("the address is invalid")]
    Invalid,
    #[error("the host does not respond in time")]
    #[outcome(timeout)]
    Late,
    #[error("the host does not respond: {0}")]
    Unreachable(String),
}

/// When the next request may be sent.
#[derive(Debug, Default)]
struct Limits {
    global: Option<Instant>,
    hosts: HashMap<String, Instant>,
}

pub(crate) struct Netgate {
    client: Client<HttpConnector, Empty<Bytes>>,
    slots: Semaphore,
    limits: Mutex<Limits>,
    rate: Rate,
    host_rate: Rate,
    /// Hosts that every plugin may ask, beside that of the flow it inspects.
    allowed: Vec<String>,
}

impl Netgate {
    pub(crate) fn new(rate: Rate, host_rate: Rate, allowed: Vec<String>) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            slots: Semaphore::new(CONCURRENCY),
            limits: Mutex::default(),
            rate,
            host_rate,
            allowed,
        }
    }

    /// Sends a request of a plugin, if it may be sent. Returns the status.
    pub(crate) async fn send(
        &self,
        plugin: Plugin,
        url: &str,
        flow: &Flow,
    ) -> Result<u16, NetgateError> {
        let url: Uri = url.parse().map_err(|_| NetgateError::Invalid)?;
        let host = url.host().ok_or(NetgateError::Invalid)?.to_owned();
        let is_known = host == flow.host() || self.allowed.contains(&host);
        if !is_known || !plugin.capabilities().contains(&OUTBOUND) {
            return Err(refuse(plugin.name(), host));
        }
        let capabilities = plugin.capabilities().join(" ");
        let sent = self.request(plugin.name(), &host, &capabilities, url);
        let sent = sent.await;
        let class = match &sent {
            Ok(status) => StatusClass::of(*status),
            Err(_) => StatusClass::NoResponse,
        };
        let requests = &BusMetrics::global().http_requests;
        requests.inc(Response {
            via: Via::Netgate,
            class,
        });
        sent
    }

    #[instrument_stage(
        stage::http_request,
        name = "netgate.http_request",
        kind = client,
        labels(via = "netgate"),
        fields(plugin, host, capabilities, rate_limit.wait = _, status = _)
    )]
    async fn request(
        &self,
        plugin: &str,
        host: &str,
        capabilities: &str,
        url: Uri,
    ) -> Result<u16, NetgateError> {
        let began = Instant::now();
        let _slot = self.admit(host).await;
        let span = Span::current();
        span.record("rate_limit.wait", began.elapsed().as_secs_f64());
        let answer = timeout(PATIENCE, self.ask(url)).await;
        let status = answer.map_err(|_| NetgateError::Late)??;
        span.record("status", status);
        audit!(
            action = "http_request",
            plugin,
            host,
            status,
            "request sent"
        );
        Ok(status)
    }

    /// Waits until the limits permit a request to a host.
    async fn admit(&self, host: &str) -> Option<SemaphorePermit<'_>> {
        if let Some((until, scope)) = self.reserve(host) {
            let limited = wait(WAIT).scope(scope).recorder(BusMetrics::global());
            limited.of(sleep_until(until)).await;
        }
        if let Ok(slot) = self.slots.try_acquire() {
            return Some(slot);
        }
        let limited = wait(WAIT).recorder(BusMetrics::global());
        limited.of(self.slots.acquire()).await.ok()
    }

    /// Reserves the time of a request. Returns it with the limit that sets it, if it is not now.
    fn reserve(&self, host: &str) -> Option<(Instant, &'static str)> {
        let now = Instant::now();
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        if limits.hosts.len() > HOSTS {
            limits.hosts.retain(|_, next| *next > now);
        }
        let of_host = next(limits.hosts.get(host).copied(), now, self.host_rate);
        let of_all = next(limits.global, now, self.rate);
        let at = of_host.at.max(of_all.at);
        limits.hosts.insert(host.to_owned(), of_host.then);
        limits.global = Some(of_all.then);
        let scope = if of_host.at > of_all.at {
            PER_HOST
        } else {
            "global"
        };
        (at > now).then_some((at, scope))
    }

    async fn ask(&self, url: Uri) -> Result<u16, NetgateError> {
        let request = Request::builder().method(Method::HEAD).uri(url);
        let request = request.body(Empty::new());
        let request = request.map_err(|_| NetgateError::Invalid)?;
        let response = self.client.request(request).await;
        let response = response.map_err(|error| NetgateError::Unreachable(error.to_string()))?;
        let status = response.status().as_u16();
        // A body that was read leaves the connection to the next request.
        let body = Limited::new(response.into_body(), LONGEST).collect().await;
        body.map_err(|error| NetgateError::Unreachable(error.to_string()))?;
        Ok(status)
    }
}

/// The time of a request, and what the limit remembers of it.
struct Reserved {
    at: Instant,
    then: Instant,
}

/// A limit remembers when it is idle again. As many requests as a burst has may be ahead of that.
fn next(idle: Option<Instant>, now: Instant, rate: Rate) -> Reserved {
    let idle = idle.unwrap_or(now).max(now);
    let ahead = rate.interval * (rate.burst - 1);
    Reserved {
        at: idle.checked_sub(ahead).unwrap_or(now).max(now),
        then: idle + rate.interval,
    }
}

fn refuse(plugin: &str, host: String) -> NetgateError {
    let refused = &BusMetrics::global().netgate_refused;
    refused.inc(telemetry::Plugin { plugin });
    audit!(
        action = "refuse_request",
        plugin,
        host = host.as_str(),
        "request refused"
    );
    NetgateError::Refused(host)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Rate, next};

    #[test]
    fn burst_is_sent_at_once_and_the_rest_in_intervals() {
        let rate = Rate {
            interval: Duration::from_millis(200),
            burst: 3,
        };
        let now = Instant::now();
        let mut idle = None;
        let waits: Vec<_> = (0..6)
            .map(|_| {
                let reserved = next(idle, now, rate);
                idle = Some(reserved.then);
                (reserved.at - now).as_millis()
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 200, 400, 600]);
        let later = now + Duration::from_secs(60);
        assert_eq!(next(idle, later, rate).at, later);
    }
}
