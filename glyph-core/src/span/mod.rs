//! Spans of calls: where they are opened, what they carry, and the seam to traces.
//!
//! Spans are those of `tracing`. [`Traces`] decides to which trace a span belongs. A runtime connects
//! it. Below a span that is not sampled, a record takes the place of the span. Without a runtime
//! every enabled span is built.

mod callsite;
mod enter;
mod field;
mod link;
mod open;
mod parent;
mod record;
mod secret;
mod traces;

pub use callsite::{SpanCallsite, TypeName, check_field, source_crate_of};
pub use enter::{EnteredSpan, in_span};
pub use field::{FieldValue, debugged, displayed, value};
pub use link::{Link, linked};
pub(crate) use open::{Inside, open_with};
pub use open::{OpenSpan, ParentContext, is_opened_here, open_here, opens};
pub use parent::{IntoParent, Parent, parent};
use record::RecordSlot;
pub use record::{
    Enclosing, EnteredShared, RecordReader, RecordedValue, SharedRecord, SpanPlace, SpanReader,
    Values, current_shared, enclosing, note_entered, note_left,
};
pub use secret::{REDACTED, Secret};
pub use traces::{ParentSpan, ParentSpanId, SpanParent, Traces, connect};
