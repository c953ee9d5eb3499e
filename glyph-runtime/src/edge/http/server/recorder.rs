//! Receives the measurements of a server layer.

use crate::http::{CallEnd, Method};

/// The parts of a request that can be labels.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ServerRequest<'a> {
    /// The method.
    pub method: Method,
    /// The template of the route, or [`UNMATCHED`](super::UNMATCHED).
    pub route: &'a str,
}

impl ServerRequest<'_> {
    /// Whether the request matched a route.
    #[must_use]
    pub fn is_matched(&self) -> bool {
        self.route != super::UNMATCHED
    }
}

/// Receives the measurements of a server layer. [`ServerMetrics`](super::ServerMetrics) implements
/// it; a catalog of the program can, with other names and labels.
///
/// Each request that starts ends once, whatever happens to it. Both calls run inside of the span of
/// the request, so histograms keep its trace as their exemplar.
///
/// ```
/// use glyph_runtime::{Histogram, LabelSet, metric_catalog};
/// use glyph_runtime::http::{Method, CallEnd, ServerLayer, ServerRecorder, ServerRequest};
///
/// #[derive(LabelSet)]
/// pub struct HttpRequest<'a> {
///     pub method: Method,
///     #[label(max = 64)]
///     pub path: &'a str,
/// }
///
/// #[metric_catalog(namespace = "glyphoxa")]
/// pub struct Metrics {
///     /// HTTP request processing time.
///     #[metric(name = "http.request.duration", unit = seconds, buckets = [10ms, 100ms, 1s])]
///     pub http_request_duration: Histogram<HttpRequest<'_>>,
/// }
///
/// impl ServerRecorder for Metrics {
///     fn ended(&self, request: &ServerRequest<'_>, end: &CallEnd) {
///         let labels = HttpRequest { method: request.method, path: request.route };
///         self.http_request_duration.observe(labels, end.duration);
///     }
/// }
///
/// # fn main() {
/// let layer = ServerLayer::new(Metrics::global())
///     .span_name(|request| format!("HTTP {} {}", request.method.as_str(), request.route));
/// # drop(layer);
/// # }
/// ```
pub trait ServerRecorder: Send + Sync + 'static {
    /// A request has started. [`ended`](Self::ended) follows.
    fn started(&self, request: &ServerRequest<'_>) {
        let _ = request;
    }

    /// A request has ended.
    fn ended(&self, request: &ServerRequest<'_>, end: &CallEnd);
}
