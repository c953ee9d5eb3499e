//! Links to spans that `tracing` does not know.

use opentelemetry::trace::SpanContext;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Links a span to one of another process, or of another library.
pub(crate) fn link(span: &Span, to: &SpanContext) {
    span.add_link(to.clone());
}
