//! Spans as OTLP requests.

use std::{sync::Arc, time::Duration};

use opentelemetry_proto::{
    tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    transform::{
        common::tonic::ResourceAttributesWithSchema,
        trace::tonic::group_spans_by_resource_and_scope,
    },
};
use opentelemetry_sdk::trace::SpanData;

use super::{
    OtlpError, OtlpSettings, Resource,
    transport::{Client, Request},
    unique::keep_last_values,
};
use crate::export::{
    Counts, Deadline, Destination, Exporting, Flushes, Outcome, flushes::Closed,
    limits::LONGEST_TIME,
};

impl Request for ExportTraceServiceRequest {
    type Response = ExportTraceServiceResponse;
    const ITEMS: &'static str = "spans";
    const PATH: &'static str = "/v1/traces";
    const METHOD: &'static str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    fn rejected(response: Self::Response) -> Option<(i64, String)> {
        let partial = response.partial_success?;
        Some((partial.rejected_spans, partial.error_message))
    }
}

/// Returns the exporter of spans. `limit` is the time limit of a batch with all attempts.
pub(crate) fn exporter(
    settings: &OtlpSettings,
    limit: Duration,
    resource: &Resource,
) -> Result<Box<dyn Destination<SpanData>>, OtlpError> {
    Ok(Box::new(Exporter {
        client: Client::new(settings)?,
        resource: (&resource.sdk()).into(),
        limit: limit.min(LONGEST_TIME),
    }))
}

struct Exporter {
    client: Client<ExportTraceServiceRequest>,
    resource: ResourceAttributesWithSchema,
    limit: Duration,
}

impl Exporter {
    async fn send(&mut self, mut batch: Vec<SpanData>, counts: &Counts) -> Outcome {
        let spans = batch.len();
        batch.iter_mut().for_each(keep_last_values);
        let request = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(batch, &self.resource),
        };
        let deadline = Deadline::after(self.limit);
        self.client.send(&request, spans, deadline, counts).await
    }
}

impl Destination<SpanData> for Exporter {
    fn export<'d>(&'d mut self, batch: Vec<SpanData>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(self.send(batch, counts))
    }

    fn follow(&mut self, flushes: &Arc<Flushes>) {
        self.client.follow(flushes);
    }

    fn closed_until(&self, counts: &Counts) -> Option<Closed> {
        self.client.closed_until(counts)
    }

    fn url(&self) -> Option<&str> {
        Some(self.client.url())
    }
}
