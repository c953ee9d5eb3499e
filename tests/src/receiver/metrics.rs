//! A collector for metrics.

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest, metrics::v1::Metric,
};

pub use super::{Answer, Delay, PROTOCOLS, Peer, half_closes, nobody, raw};

/// The signal of metrics.
pub type Receiver = super::Receiver<ExportMetricsServiceRequest>;

impl super::Request for ExportMetricsServiceRequest {
    type Item = Metric;

    fn items(self) -> Vec<Metric> {
        let scopes = self.resource_metrics.into_iter();
        let scopes = scopes.flat_map(|metrics| metrics.scope_metrics);
        scopes.flat_map(|scope| scope.metrics).collect()
    }
}
