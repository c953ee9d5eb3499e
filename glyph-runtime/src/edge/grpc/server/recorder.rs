//! What the layer tells whoever measures.

use crate::grpc::CallEnd;

/// What of a call may be a label. All three are [`OTHER`](crate::grpc::OTHER) where the method is none of the server's.
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

/// Records calls; [`ServerMetrics`](super::ServerMetrics) does, and any catalog can with names and labels of its own.
///
/// Each call that is started is ended once, whatever happens to it. Both happen inside of the call's span, so that
/// histograms keep its trace as their exemplar. Whether the server has the method is known at the end alone.
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
    /// A call has come; [`ended`](Self::ended) follows.
    fn started(&self) {}

    /// A call has ended.
    fn ended(&self, call: &ServerCall<'_>, end: &CallEnd);
}
