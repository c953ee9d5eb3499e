//! Metrics as OTLP requests.

mod delta;
mod point;
mod process_start;
mod request;

use std::sync::Arc;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse},
    metrics::v1::ResourceMetrics,
};

pub use self::delta::Temporality;
pub(crate) use self::{
    delta::Deltas,
    point::{attribute, head_of, integer, number, point_of},
    process_start::process_start,
    request::{Batch, Entry, Head, Point, Shape},
};
pub(crate) use super::encoded::unix_nanos;
use super::{
    OtlpError, OtlpSettings, Resource, encoded,
    instrumentation::ScopeNames,
    transport::{Client, Request},
};
use crate::export::{Counts, Deadline, Flushes, Outcome, flushes::Closed};

impl Request for ExportMetricsServiceRequest {
    type Response = ExportMetricsServiceResponse;
    const ITEMS: &'static str = "data points";
    const PATH: &'static str = "/v1/metrics";
    const METHOD: &'static str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    fn rejected(response: Self::Response) -> Option<(i64, String)> {
        let partial = response.partial_success?;
        Some((partial.rejected_data_points, partial.error_message))
    }
}

/// Sends data points to a collector.
pub(crate) struct Exporter {
    client: Client<ExportMetricsServiceRequest>,
    /// The beginning of each request.
    resource: ResourceMetrics,
    names: ScopeNames,
}

impl Exporter {
    pub(crate) fn new(
        settings: &OtlpSettings,
        resource: &Resource,
        names: ScopeNames,
    ) -> Result<Self, OtlpError> {
        let (resource, schema_url) = encoded::resource(resource);
        Ok(Self {
            client: Client::new(settings)?,
            resource: ResourceMetrics {
                resource: Some(resource),
                schema_url,
                ..ResourceMetrics::default()
            },
            names,
        })
    }

    pub(crate) async fn send(
        &mut self,
        batch: Batch,
        deadline: Deadline,
        counts: &Counts,
    ) -> Outcome {
        let points = batch.points();
        let request = batch.request(&self.resource, &self.names);
        self.client.send(&request, points, deadline, counts).await
    }

    pub(crate) fn follow(&mut self, flushes: &Arc<Flushes>) {
        self.client.follow(flushes);
    }

    pub(crate) fn closed_until(&self, counts: &Counts) -> Option<Closed> {
        self.client.closed_until(counts)
    }

    pub(crate) fn url(&self) -> &str {
        self.client.url()
    }
}
