//! A collector of metrics.

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    metrics::v1::Metric,
};

use crate::otlp_receiver;
pub(crate) use crate::otlp_receiver::{Answer, PROTOCOLS, half_closes, nobody, raw};

pub(crate) type Receiver = otlp_receiver::Receiver<ExportMetricsServiceRequest>;

impl otlp_receiver::Request for ExportMetricsServiceRequest {
    type Item = Metric;

    fn items(self) -> Vec<Metric> {
        let scopes = self.resource_metrics.into_iter();
        let scopes = scopes.flat_map(|metrics| metrics.scope_metrics);
        scopes.flat_map(|scope| scope.metrics).collect()
    }
}

pub(crate) fn text<'a>(attributes: &'a [KeyValue], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}
