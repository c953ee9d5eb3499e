//! Spans to an OTLP collector.

use std::time::{Duration, Instant};

use opentelemetry_proto::{
    tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    transform::{
        common::tonic::ResourceAttributesWithSchema,
        trace::tonic::group_spans_by_resource_and_scope,
    },
};
use opentelemetry_sdk::{Resource, trace::SpanData};

use crate::{
    export::{Counts, Destination, Exporting, Outcome},
    otlp::{Client, Signal},
    trace::{LONGEST_TIME, OtlpSettings, TraceError},
};

/// Sends batches to a collector.
pub(crate) struct Exporter {
    client: Client,
    resource: ResourceAttributesWithSchema,
    limit: Duration,
}

impl Exporter {
    /// `limit` is the time for a batch, with all attempts.
    pub(crate) fn new(
        settings: &OtlpSettings,
        limit: Duration,
        resource: &Resource,
    ) -> Result<Self, TraceError> {
        Ok(Self {
            client: Client::new(settings, Signal::Traces)?,
            resource: resource.into(),
            limit: limit.min(LONGEST_TIME),
        })
    }

    async fn send(&mut self, batch: Vec<SpanData>, counts: &Counts) -> Outcome {
        let spans = batch.len();
        let request = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(batch, &self.resource),
        };
        let deadline = Instant::now() + self.limit;
        let answer: Result<ExportTraceServiceResponse, _> =
            self.client.export(&request, deadline, counts).await;
        match answer {
            Ok(answer) => {
                let rejected = answer.partial_success.map(|partial| partial.rejected_spans);
                Outcome::accepted(spans, rejected)
            }
            Err(reason) => Outcome::lost(reason),
        }
    }
}

impl Destination<SpanData> for Exporter {
    fn export<'d>(&'d mut self, batch: Vec<SpanData>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(self.send(batch, counts))
    }
}
