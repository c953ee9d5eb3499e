//! Log lines with the ids of their trace, and an audit trail.
//!
//! A line is one JSON object, or on a terminal a line for people. It has `timestamp` (RFC 3339, UTC,
//! microseconds), `level`, `message` and `target`; inside a trace `trace_id` and `span_id` (W3C Trace Context, 32 and 16
//! hexadecimal digits), whether it is sampled or not; inside a request `request_id` and what else it [carries](CarriedIds); then the event's own fields
//! and those of the spans around it.
//!
//! All fields stand at the top, so that a search for `session=..` finds a line wherever the field was set. Of two
//! fields of one name the event's own wins, then that of the innermost span. A field called like one of the line's
//! own is `field.level`, `field.target` and so on; only `request_id` is taken for what it says.
//!
//! | value | in the line |
//! |---|---|
//! | numbers of up to 64 bits, `bool` | as such |
//! | wider integers that need more than 64 bits | their digits, as text |
//! | floats that JSON does not have | `"NaN"`, `"Infinity"`, `"-Infinity"` (protobuf's JSON mapping) |
//! | errors | the error and its causes: `"outer: inner"` |
//! | anything else | its `Debug` or `Display`, as text |
//! | a field whose name is on the [`Redaction`] list, a [`Secret`] | `"[redacted]"` |
//!
//! Values, fields and lines have [`Limits`]: a long value ends with `…[cut]`, and `omitted_fields` says how many
//! fields had no place.
//!
//! An event that names a parent other than the current span has that span's fields, and no ids of a trace.
//!
//! Lines go to a queue of bounded size and from there, by a thread of their own, to the output. A program never waits
//! for it: what the queue cannot hold is dropped and counted ([`Snapshot`]). The [audit trail](crate::audit!) is the
//! opposite: whoever writes to it waits, and nothing is dropped.

mod audit;
mod counters;
mod error;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub mod export;
mod fields;
mod filter;
mod json;
mod layer;
mod line;
mod metrics;
mod pipeline;
mod pretty;
mod queue;
mod settings;
mod text;
mod writer;

pub use audit::AuditSink;
pub use counters::{ByLevel, Counters, Dropped, Snapshot};
pub use error::LogError;
pub(crate) use filter::most;
pub use pipeline::Pipeline;
pub use settings::{Audit, AuditOutput, Format, Limits, LogSettings, Output, SyncPolicy};

pub use crate::{
    context::ids::{CarriedIdError, CarriedIds, RequestId},
    export::{Undelivered, UndeliveredPart},
    redaction::{REDACTED, Redaction, Secret},
};

/// The target of audit events.
pub const AUDIT: &str = "audit";

/// Writes to the audit trail: an event of level `INFO` and target `audit`, with the grammar of [`tracing::info!`].
///
/// ```
/// use glyph_runtime::audit;
///
/// let user = "ada";
/// audit!(action = "grant", %user, role = "admin", "role granted");
/// ```
///
/// Events of that target that `tracing`'s own macros make are audit events as well, whatever their level. They go to
/// the file of [`LogSettings::audit`](crate::log::LogSettings::audit) with the ids and fields that other lines have, never sampled, never filtered, never
/// dropped. The line has reached the operating system when the macro returns, and under
/// [`SyncPolicy::Always`](crate::log::SyncPolicy::Always) the disk.
///
/// The price is that the caller waits, some microseconds for a file, some milliseconds for a disk. While the
/// file cannot be written (a full disk) the write is tried again, at most a second apart, and **callers wait until it
/// succeeds** or the log shuts down; each failure is counted in
/// [`Snapshot::audit_failures`](crate::log::Snapshot::audit_failures), the first is told on standard error.
///
/// Limits of values and lines hold here as well. `tracing`'s features `max_level_*` remove events while the program compiles, those of the audit trail among them.
#[macro_export]
macro_rules! audit {
    ($($event:tt)+) => {
        $crate::__private::tracing::event!(
            target: "audit",
            $crate::__private::tracing::Level::INFO,
            $($event)+
        )
    };
}
