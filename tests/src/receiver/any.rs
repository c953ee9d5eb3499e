//! A collector for all signals on one port.

use bytes::{Buf, BufMut, Bytes};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    logs::v1::LogRecord,
    metrics::v1::Metric,
    resource::v1::Resource,
    trace::v1::Span,
};
use prost::{
    DecodeError, Message,
    encoding::{DecodeContext, WireType},
};

use super::{Received, Request};

/// The collector of all signals.
pub type Receiver = super::Receiver<Unread>;

/// A request of any signal, not decoded yet. Its path determines the signal.
#[derive(Clone, Debug, Default)]
pub struct Unread(Bytes);

impl Message for Unread {
    fn decode(mut from: impl Buf) -> Result<Self, DecodeError> {
        Ok(Self(from.copy_to_bytes(from.remaining())))
    }

    fn encode_raw(&self, to: &mut impl BufMut) {
        to.put_slice(&self.0);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        from: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        prost::encoding::skip_field(wire_type, tag, from, context)
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl Request for Unread {
    type Item = Self;

    fn items(self) -> Vec<Self> {
        vec![self]
    }
}

impl Receiver {
    /// Returns the requests of one signal, by their path in either protocol.
    fn of<R: Message + Default>(&self, signal: &str) -> Vec<R> {
        let is_of = |received: &Received<Unread>| received.path.to_lowercase().contains(signal);
        let requests = self.received().into_iter().filter(is_of);
        requests
            .map(|received| R::decode(received.request.0).unwrap())
            .collect()
    }

    /// Returns the requests with spans.
    #[must_use]
    pub fn traces(&self) -> Vec<ExportTraceServiceRequest> {
        self.of("trace")
    }

    /// Returns the spans of all requests.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let resources = self.traces().into_iter();
        let resources = resources.flat_map(|request| request.resource_spans);
        let scopes = resources.flat_map(|spans| spans.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// Returns the metrics of all pushes.
    #[must_use]
    pub fn metrics(&self) -> Vec<Metric> {
        let requests = self
            .of::<ExportMetricsServiceRequest>("metrics")
            .into_iter();
        let resources = requests.flat_map(|request| request.resource_metrics);
        let scopes = resources.flat_map(|metrics| metrics.scope_metrics);
        scopes.flat_map(|scope| scope.metrics).collect()
    }

    /// Returns the log records of all requests.
    #[must_use]
    pub fn records(&self) -> Vec<LogRecord> {
        let requests = self.of::<ExportLogsServiceRequest>("logs").into_iter();
        let resources = requests.flat_map(|request| request.resource_logs);
        let scopes = resources.flat_map(|logs| logs.scope_logs);
        scopes.flat_map(|scope| scope.log_records).collect()
    }

    /// Returns the resource of each request of each signal.
    ///
    /// # Panics
    ///
    /// Panics if a request has none.
    #[must_use]
    pub fn resources(&self) -> Vec<Resource> {
        let traces = self.traces().into_iter();
        let traces = traces.flat_map(|request| request.resource_spans);
        let metrics = self
            .of::<ExportMetricsServiceRequest>("metrics")
            .into_iter();
        let metrics = metrics.flat_map(|request| request.resource_metrics);
        let logs = self.of::<ExportLogsServiceRequest>("logs").into_iter();
        let logs = logs.flat_map(|request| request.resource_logs);
        traces
            .map(|spans| spans.resource.unwrap())
            .chain(metrics.map(|metrics| metrics.resource.unwrap()))
            .chain(logs.map(|logs| logs.resource.unwrap()))
            .collect()
    }
}
