//! Spans of calls: where they are opened, what they carry, and the seam to traces.
//!
//! Spans are those of `tracing`. [`Traces`] decides to which trace a span belongs, and whether it
//! is built. A runtime connects it. Without a runtime every enabled span is built.

mod callsite;
mod enter;
mod field;
mod link;
mod open;
mod parent;
mod secret;
mod traces;

pub use callsite::{SpanCallsite, TypeName, check_field, source_crate_of};
pub use enter::{EnteredSpan, in_span};
pub use field::{FieldValue, debugged, displayed, value};
pub use link::{Link, linked};
pub(crate) use open::open_with;
pub use open::{OpenSpan, ParentContext, opens};
pub use parent::{IntoParent, Parent, parent};
pub use secret::{REDACTED, Secret};
pub use traces::{ParentSpanId, SpanParent, Traces, connect, parent_span};
