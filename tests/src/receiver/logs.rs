//! A collector for log records.

use opentelemetry_proto::tonic::{
    collector::logs::v1::ExportLogsServiceRequest, logs::v1::LogRecord,
};

pub use super::{Answer, Delay, PROTOCOLS, Peer, half_closes, nobody, raw};

/// The signal of log records.
pub type Receiver = super::Receiver<ExportLogsServiceRequest>;

impl super::Request for ExportLogsServiceRequest {
    type Item = LogRecord;

    fn items(self) -> Vec<LogRecord> {
        let scopes = self.resource_logs.into_iter();
        let scopes = scopes.flat_map(|logs| logs.scope_logs);
        scopes.flat_map(|scope| scope.log_records).collect()
    }
}
