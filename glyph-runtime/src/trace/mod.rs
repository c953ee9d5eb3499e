//! Traces: the span that is current, and what sampling means for stages.

mod current;
mod link;

pub(crate) use current::{Around, Place, around, exemplar, exemplar_at};
pub use current::{unsampled_spans, unsampled_spans_are_built};
pub(crate) use link::link;
