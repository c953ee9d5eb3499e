//! Receives the measurements of a server layer.

use crate::grpc::CallEnd;

/// The parts of a call that can be labels. All three are [`OTHER`](crate::grpc::OTHER) if the
/// server does not have the method.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ServerCall<'a> {
    /// `package.Service/Method`
    pub name: &'a str,
    /// `package.Service`
    pub service: &'a str,
    /// `Method`
    pub method: &'a str,
}

/// Receives the measurements of a server layer. [`ServerMetrics`](super::ServerMetrics) implements
/// it; a catalog of the program can, with other names and labels.
///
/// Each call that starts ends once, whatever happens to it. Both run inside of the span of the
/// call, so histograms keep its trace as their exemplar. Only the end knows whether the server has
/// the method.
///
/// ```
/// use glyph_runtime::{Counter, LabelSet, metric_catalog};
/// use glyph_runtime::grpc::{CallEnd, ServerCall, ServerLayer, ServerRecorder, StatusCode};
///
/// #[derive(LabelSet)]
/// pub struct GrpcRequest<'a> {
///     #[label(max = 32)]
///     pub method: &'a str,
///     pub code: StatusCode,
/// }
///
/// #[metric_catalog(namespace = "ibex_auth")]
/// pub struct Metrics {
///     /// Requests to the auth service.
///     #[metric(sparse)]
///     pub grpc_requests: Counter<GrpcRequest<'_>>,
/// }
///
/// impl ServerRecorder for Metrics {
///     fn ended(&self, call: &ServerCall<'_>, end: &CallEnd) {
///         self.grpc_requests.inc(GrpcRequest { method: call.method, code: end.status });
///     }
/// }
///
/// # fn main() {
/// let layer = ServerLayer::new(Metrics::global());
/// # drop(layer);
/// # }
/// ```
pub trait ServerRecorder: Send + Sync + 'static {
    /// A call has started. [`ended`](Self::ended) follows.
    fn started(&self) {}

    /// A call has ended.
    fn ended(&self, call: &ServerCall<'_>, end: &CallEnd);
}
