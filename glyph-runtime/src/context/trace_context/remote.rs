//! Links to spans that `tracing` does not know.

use opentelemetry::trace::SpanContext;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::propagation::Remote;
use glyph_core::__runtime::{Annotate, Link};

/// Returns a span of another process or library, to link to.
///
/// ```
/// use glyph_runtime::{Histogram, instrument_stage, metric_catalog, trace};
/// use opentelemetry::trace::SpanContext;
///
/// #[metric_catalog(namespace = "doc_remote", stages = stage)]
/// pub struct Metrics {
///     /// Latency of a job.
///     #[metric(unit = seconds)]
///     #[stage(job)]
///     pub job: Histogram,
/// }
///
/// #[instrument_stage(stage::job, parent = None, links = [trace::remote(cause)])]
/// fn run(cause: &SpanContext) {}
///
/// # fn main() {
/// run(&SpanContext::NONE);
/// # }
/// ```
#[must_use]
pub fn remote(span: &SpanContext) -> Remote {
    Remote::from_span(span)
}

/// Links to the caller's span. A caller without a span adds no link.
impl Link for Remote {
    fn add_to(&self, span: &Span) {
        if let Some(caller) = self.span_context() {
            span.add_link(caller.clone());
        }
    }

    fn add_to_traced(&self, span: &dyn Annotate) {
        if let Some(caller) = self.span_context() {
            span.link_to_remote(caller);
        }
    }
}
