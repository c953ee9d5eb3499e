//! The id that connects the logs, traces and metrics of one piece of work.

use std::fmt;

use glyph_core::__runtime::Hex;
use opentelemetry::{Context, trace::TraceContextExt};

use crate::context::current_context;

/// The id of a trace: 32 lower-case hexadecimal digits (W3C Trace Context, `trace-id`).
///
/// Log lines have it as `trace_id`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CorrelationId(Hex<32>);

impl CorrelationId {
    fn new(trace: u128) -> Self {
        Self(Hex::new(trace))
    }

    /// The digits as a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl AsRef<str> for CorrelationId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for CorrelationId {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for CorrelationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CorrelationId({self})")
    }
}

/// Returns the id of the current trace, sampled or not. `None` outside of a trace.
///
/// It is one lookup in the thread, without a lock or an allocation. Return it to callers with a
/// failure, for example in the header `X-Trace-ID`: it finds the log lines, and the trace if it was
/// sampled.
///
/// ```
/// use std::collections::HashMap;
/// use glyph_runtime::{correlation_id, trace::propagation};
///
/// assert_eq!(correlation_id(), None);
///
/// let headers = HashMap::from([(
///     "traceparent".to_owned(),
///     "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00".to_owned(),
/// )]);
/// let id = propagation::extract(&headers).in_scope(correlation_id).expect("a trace");
/// assert_eq!(id.as_str(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// ```
#[must_use]
pub fn correlation_id() -> Option<CorrelationId> {
    current_context::read(of).flatten()
}

fn of(context: &Context) -> Option<CorrelationId> {
    let span = context.span();
    let span = span.span_context();
    span.is_valid()
        .then(|| CorrelationId::new(u128::from_be_bytes(span.trace_id().to_bytes())))
}
