//! glyph inside of a tenant's scope, which all threads share.

use glyph_runtime::{Counter, Histogram, metric_catalog, scope::ScopeLabels};

use super::{Pass, Peer, Recorder, Recording, glyph::Request};
use crate::Result;
use crate::harness::rounds::Operation;
use crate::workload::Labels;

pub(super) const PEER: Peer = Peer {
    counters: &[Recorder {
        name: NAME,
        operation: || Ok(Box::new(Inside(Pass::<Requests>::build()?))),
    }],
    histograms: &[Recorder {
        name: NAME,
        operation: || Ok(Box::new(Inside(Pass::<Latency>::build()?))),
    }],
    ..Peer::NONE
};

const NAME: &str = "glyph, in a tenant's scope";

#[metric_catalog(namespace = "bench_scope", scope(tenant_id: max 1000))]
struct ScopeMetrics {
    /// Requests.
    requests: Counter<Request>,

    /// Latency.
    #[metric(unit = seconds, buckets = [10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s])]
    latency: Histogram<Request>,
}

/// A pass inside of the scope, which is entered once.
struct Inside<R: Recording>(Pass<R>);

impl<R: Recording> Operation for Inside<R> {
    fn pass(&self) -> Result<u32> {
        let labels: ScopeLabels = TenantContext {
            tenant_id: "acme-corp",
        }
        .labels();
        labels.in_scope(|| self.0.pass())
    }
}

struct Requests;

impl Recording for Requests {
    const NAME: &'static str = NAME;
    type Input = Request;

    fn build() -> Result<Self> {
        Ok(Self)
    }

    fn input(labels: Labels, _: f64) -> Request {
        labels.into()
    }

    fn record(&self, request: Request) {
        ScopeMetrics::global().requests.inc(request);
    }
}

struct Latency;

impl Recording for Latency {
    const NAME: &'static str = NAME;
    type Input = (Request, f64);

    fn build() -> Result<Self> {
        Ok(Self)
    }

    fn input(labels: Labels, seconds: f64) -> (Request, f64) {
        (labels.into(), seconds)
    }

    fn record(&self, (request, seconds): (Request, f64)) {
        ScopeMetrics::global().latency.observe(request, seconds);
    }
}
