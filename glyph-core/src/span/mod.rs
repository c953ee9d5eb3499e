//! Spans of calls: where they are opened, what they carry, and the seam to traces.
//!
//! Spans are those of `tracing`. [`Traces`] decides to which trace a span belongs. A runtime connects
//! it. Below a span that is not sampled, a record takes the place of the span. Without a runtime
//! every enabled span is built.

mod annotate;
mod around;
mod build;
mod callsite;
mod decision;
mod end;
mod enter;
mod field;
mod inside;
mod late_fields;
mod link;
mod open;
mod opening;
mod parent;
mod record;
mod recorded;
mod running;
mod secret;
mod traced;
mod traces;

pub use annotate::{Annotate, EachAttribute};
pub use callsite::{SpanCallsite, TypeName, callsite_of, check_field, source_crate_of};
pub use decision::ParentContext;
pub(crate) use decision::SpanNeeds;
pub use enter::{EnteredSpan, in_span};
pub use field::{FieldValue, debugged, displayed, value};
pub(crate) use inside::Inside;
pub use link::Link;
pub(crate) use link::Links;
pub use open::OpenSpan;
pub(crate) use open::SharedInside;
pub use opening::open_here;
pub(crate) use opening::{FieldValues, open_for, opens};
pub use parent::{IntoParent, Parent, parent};
use record::RecordSlot;
pub use record::{
    Enclosing, EnteredShared, RecordReader, RecordedValue, SharedRecord, SpanKey, SpanReader,
    SpanRecord, UnsampledReader, Values, ValuesOfMany, current_shared, enclosing, export_records,
    note_entered, note_left,
};
pub(crate) use running::{RunningStage, innermost};
pub use secret::{REDACTED, Secret};
pub use traced::{BegunSpan, TracedSpan};
pub use traces::{Below, KeptContext, ParentSpan, ParentSpanId, SpanParent, Traces, connect};
