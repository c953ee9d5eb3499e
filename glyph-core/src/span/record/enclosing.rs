//! The records around the running code, and the span of `tracing`'s around those.

use super::{SpanKey, Values, local};

/// The span around a record, or around the running code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enclosing {
    /// Nothing that is known.
    Nothing,
    /// This span.
    Span(SpanKey),
    /// The current span of the layer: no record is inside of it.
    CurrentSpan,
}

/// Passes the values of the records around the running code to `read`, the innermost first, until a
/// span of `tracing`'s is next. Returns that span, which `layer` may not see.
///
/// `read` runs while the records of the thread are borrowed: code in it that opens a record gets
/// none.
pub fn enclosing(layer: usize, read: &mut dyn FnMut(&Values)) -> Enclosing {
    let found = local::with(|thread| {
        let innermost = thread.innermost_for(layer)?;
        Some(thread.each(innermost, read))
    });
    found.unwrap_or(Enclosing::CurrentSpan)
}
