//! A collector of log records.

use opentelemetry_proto::tonic::{
    collector::logs::v1::ExportLogsServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    logs::v1::LogRecord,
};

use crate::otlp_receiver;
pub(crate) use crate::otlp_receiver::{Answer, PROTOCOLS, half_closes, nobody, raw};

pub(crate) type Receiver = otlp_receiver::Receiver<ExportLogsServiceRequest>;

impl otlp_receiver::Request for ExportLogsServiceRequest {
    type Item = LogRecord;

    fn items(self) -> Vec<LogRecord> {
        let scopes = self.resource_logs.into_iter();
        let scopes = scopes.flat_map(|logs| logs.scope_logs);
        scopes.flat_map(|scope| scope.log_records).collect()
    }
}

pub(crate) fn value(attributes: &[KeyValue], name: &str) -> Value {
    let mut found = attributes.iter().filter(|attribute| attribute.key == name);
    let only = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "{name} is there twice");
    only.value.clone().unwrap().value.unwrap()
}

pub(crate) fn text(text: &str) -> Value {
    Value::StringValue(text.to_owned())
}
