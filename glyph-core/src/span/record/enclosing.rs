//! The records around the running code, and the span of `tracing`'s around those.

use super::{SpanKey, Values, local};

/// The span around a record, or around the running code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enclosing {
    /// Nothing that is known.
    Nothing,
    /// This span.
    Span(SpanKey),
    /// The current span of the subscriber: no record is inside of it.
    CurrentSpan,
}

/// Passes the values of the records around the running code to `read`, the innermost first, until a
/// span of `tracing`'s is next. Returns that span.
///
/// `read` runs while the records of the thread are borrowed: code in it that opens a record gets
/// none.
pub fn enclosing(read: &mut dyn FnMut(&Values)) -> Enclosing {
    let found = local::with(|thread| Some(thread.each(thread.innermost()?, read)));
    found.unwrap_or(Enclosing::CurrentSpan)
}
