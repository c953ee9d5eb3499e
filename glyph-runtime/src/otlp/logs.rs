//! Log records as OTLP requests.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use opentelemetry_proto::tonic::{
    collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse},
    common::v1::InstrumentationScope,
    logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
};

pub(crate) use super::encoded::{attribute, text, unix_nanos};
use super::{
    OtlpError, OtlpSettings, Resource, encoded,
    transport::{Client, Request},
};
use crate::export::{
    Counts, Deadline, Destination, Exporting, Flushes, Outcome, flushes::Closed,
    limits::LONGEST_TIME,
};

/// A record and its target, which is the instrumentation scope.
#[derive(Debug)]
pub(crate) struct TargetRecord {
    pub(crate) target: String,
    pub(crate) record: LogRecord,
}

impl Request for ExportLogsServiceRequest {
    type Response = ExportLogsServiceResponse;
    const ITEMS: &'static str = "log records";
    const PATH: &'static str = "/v1/logs";
    const METHOD: &'static str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

    fn rejected(response: Self::Response) -> Option<(i64, String)> {
        let partial = response.partial_success?;
        Some((partial.rejected_log_records, partial.error_message))
    }
}

/// Returns the exporter of log records. `limit` is the time limit of a batch with all attempts.
pub(crate) fn exporter(
    settings: &OtlpSettings,
    limit: Duration,
    resource: &Resource,
) -> Result<Box<dyn Destination<TargetRecord>>, OtlpError> {
    let (resource, schema_url) = encoded::resource(resource);
    Ok(Box::new(Exporter {
        client: Client::new(settings)?,
        resource: ResourceLogs {
            resource: Some(resource),
            schema_url,
            ..ResourceLogs::default()
        },
        limit: limit.min(LONGEST_TIME),
    }))
}

struct Exporter {
    client: Client<ExportLogsServiceRequest>,
    /// The beginning of each request.
    resource: ResourceLogs,
    limit: Duration,
}

impl Exporter {
    async fn send(&mut self, batch: Vec<TargetRecord>, counts: &Counts) -> Outcome {
        let records = batch.len();
        let request = ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                scope_logs: scopes(batch),
                ..self.resource.clone()
            }],
        };
        let deadline = Deadline::after(self.limit);
        self.client.send(&request, records, deadline, counts).await
    }
}

/// Groups records by their targets, and keeps their order within one target.
fn scopes(batch: Vec<TargetRecord>) -> Vec<ScopeLogs> {
    let mut scopes = BTreeMap::<String, ScopeLogs>::new();
    for TargetRecord { target, record } in batch {
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

impl Destination<TargetRecord> for Exporter {
    fn export<'d>(&'d mut self, batch: Vec<TargetRecord>, counts: &'d Counts) -> Exporting<'d> {
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
