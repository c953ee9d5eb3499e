//! Records of spans that no subscriber builds.
//!
//! Below a span that is not sampled, stages build no span of `tracing`'s. A [`SpanRecord`] keeps the
//! names and values of the fields instead, and where the span is in the tree, so that the lines
//! below it have the same fields as sampled ones. It costs a copy of the values.
//!
//! The thread that runs the call owns the record while the call is entered. Spans of `tracing`'s,
//! contexts of other tasks and streams may outlive the call. They get a [`SharedRecord`], which is
//! made when the first of them asks for it.
//!
//! Such records exist only while a [`RecordReader`] does, such as a log. A runtime may also export the
//! records of sampled stages, which have no span of `tracing`'s then either.

mod enclosing;
mod entered;
mod late;
mod local;
mod many;
mod reader;
mod recorded_value;
mod replaced;
mod shared;
mod slot;
mod span_record;
#[cfg(test)]
mod tests;
mod values;

pub use enclosing::{Enclosing, enclosing};
pub(super) use entered::Entered;
pub use entered::{SpanKey, note_entered, note_left};
pub(super) use late::{is_shared, set, update, update_shared};
pub(super) use local::{annotated, enclosing_records, metadata_of, stage_since, update_of};
pub use many::ValuesOfMany;
pub use reader::{RecordReader, SpanReader, UnsampledReader, export_records};
pub(super) use reader::{
    records_are_exported, records_are_read, spans_are_read, unsampled_are_read,
};
pub use recorded_value::RecordedValue;
pub use shared::{SharedRecord, current_shared};
pub use slot::EnteredShared;
pub(super) use slot::RecordSlot;
pub use span_record::SpanRecord;
pub use values::Values;
