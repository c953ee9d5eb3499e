//! What `tracing` has no word for, put on a span by way of OpenTelemetry.

use opentelemetry::trace::SpanContext;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::stage::Function;

/// The function's name (OpenTelemetry semantic conventions, "Source code attributes").
///
/// As a field of `tracing`'s it would stand on every log line.
pub(crate) fn locate(span: &Span, function: Function) {
    match function {
        Function::Path(path) => span.set_attribute("code.function.name", path),
        Function::Method(of, name) => {
            span.set_attribute("code.function.name", format!("{}::{name}", of()));
        }
        Function::Unknown => {}
    }
}

/// Links a span to one of another process, or of another library.
pub(crate) fn link(span: &Span, to: &SpanContext) {
    span.add_link(to.clone());
}
