//! Batches of records to the collector.

use std::time::{Duration, Instant};

use opentelemetry_proto::{
    tonic::{
        collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse},
        common::v1::InstrumentationScope,
        logs::v1::{ResourceLogs, ScopeLogs},
        resource::v1::Resource,
    },
    transform::common::tonic::ResourceAttributesWithSchema,
};

use crate::{
    export::{Counts, Destination, Exporting, Outcome},
    log::export::record::Waiting,
    otlp::Client,
};

pub(crate) struct Sender {
    client: Client,
    /// What each request starts with.
    resource: ResourceLogs,
    limit: Duration,
}

impl Sender {
    /// `limit` is the time for a batch, with all attempts.
    pub(crate) fn new(
        client: Client,
        resource: &opentelemetry_sdk::Resource,
        limit: Duration,
    ) -> Self {
        let said = ResourceAttributesWithSchema::from(resource);
        let resource = ResourceLogs {
            resource: Some(Resource {
                attributes: said.attributes.0,
                ..Resource::default()
            }),
            schema_url: said.schema_url.unwrap_or_default(),
            ..ResourceLogs::default()
        };
        Self {
            client,
            resource,
            limit,
        }
    }

    async fn send(&mut self, batch: Vec<Waiting>, counts: &Counts) -> Outcome {
        let records = batch.len();
        let request = ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                scope_logs: scopes(batch),
                ..self.resource.clone()
            }],
        };
        let deadline = Instant::now() + self.limit;
        let answer: Result<ExportLogsServiceResponse, _> =
            self.client.export(&request, deadline, counts).await;
        match answer {
            Ok(answer) => {
                let partial = answer.partial_success;
                Outcome::accepted(records, partial.map(|partial| partial.rejected_log_records))
            }
            Err(reason) => Outcome::lost(reason),
        }
    }
}

/// Records by their targets, each kept in order.
fn scopes(batch: Vec<Waiting>) -> Vec<ScopeLogs> {
    let mut scopes = std::collections::BTreeMap::<String, ScopeLogs>::new();
    for Waiting { target, record } in batch {
        let scope = scopes.entry(target).or_default();
        scope.log_records.push(record);
    }
    let named = scopes.into_iter().map(|(name, scope)| ScopeLogs {
        scope: Some(InstrumentationScope {
            name,
            ..InstrumentationScope::default()
        }),
        ..scope
    });
    named.collect()
}

impl Destination<Waiting> for Sender {
    fn export<'d>(&'d mut self, batch: Vec<Waiting>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(self.send(batch, counts))
    }
}
