//! Traces: the span that is current, and what sampling means for stages.

mod current;
mod span;

pub(crate) use current::{exemplar, suppressed};
pub use current::{unsampled_spans, unsampled_spans_are_built};
pub(crate) use span::{link, locate};
