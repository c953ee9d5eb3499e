//! Log lines with the ids of their trace, and an audit trail.
//!
//! ```no_run
//! use glyph_runtime::Telemetry;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("shop").install()?;
//! tracing::info!(order = 7, "order placed");
//! // {"timestamp":"..","level":"INFO","message":"order placed","target":"shop","order":7}
//! telemetry.set_log_filter("debug")?;
//! # Ok(())
//! # }
//! ```
//!
//! A line is one JSON object, or a pretty line on a terminal. It has these fields:
//!
//! | field | when |
//! |---|---|
//! | `timestamp` (RFC 3339, UTC, microseconds), `level`, `message`, `target` | always |
//! | `trace_id`, `span_id` (W3C Trace Context, 32 and 16 hexadecimal digits) | inside a trace, sampled or not |
//! | `request_id`, and the [ids that the request carries](CarriedIds) | inside a request |
//! | the fields of the event and of the spans around it | if there are any |
//!
//! Names, the case of the level and the form of durations are a [`LineShape`]. Fields with which a
//! span controls `tracing-opentelemetry`, such as `otel.kind`, are not in lines.
//!
//! All fields are at the top level, so a search for `session=..` finds a line wherever the field
//! was set. If two fields have the same name, the event takes precedence, then the innermost span.
//! A field with a name that the line itself writes gets the prefix `field.`, as in `field.level`. A field `request_id` replaces the current request id.
//!
//! | value | in the line |
//! |---|---|
//! | numbers of up to 64 bits, `bool` | a number, a boolean |
//! | wider integers that need more than 64 bits | their digits, as a string |
//! | floats that JSON does not have | `"NaN"`, `"Infinity"`, `"-Infinity"` (protobuf's JSON mapping) |
//! | errors, as `error = &error as &dyn Error` | `error.message`: the error and its causes, `"outer: inner"`; `error.type`: the struct or the variant; `exception.stacktrace`: a backtrace, with [`LogSettings::backtrace`] |
//! | the text of an error, as the field `error` of an event without a message: `err = event` of a stage | `error.message` |
//! | errors in fields that are not called `error`, `err`, `e` or `exception` | the error and its causes |
//! | anything else | its `Debug` or `Display`, as a string |
//! | a field whose name is on the [`Redaction`] list, a [`Secret`] | `"[redacted]"` |
//!
//! Values, fields and lines have [`Limits`]: a value that was cut ends with `…[cut]`, and
//! `omitted_fields` is the number of fields for which there was no room.
//!
//! An event with an explicit parent that is not the current span has the fields of that parent, and
//! no trace ids.
//!
//! Logging puts lines into a queue of limited size. Lines that do not fit are dropped and counted
//! ([`Snapshot`]). One eighth of the queue is kept for `WARN` and `ERROR`. The [audit
//! trail](crate::audit!) is the opposite: callers wait, and nothing is dropped.
//!
//! | level | written |
//! |---|---|
//! | `INFO` and below | by a separate thread, at once. The caller does not wait |
//! | `WARN` and `ERROR` | when the event's macro returns, after the lines before it. The caller waits at most 50 ms |
//!
//! So the last words of a process are in its output, also before `std::process::exit` and `abort`.
//! If a slow reader holds the lines before them up, these lines overtake them. After a wait of 50 ms
//! that was in vain, no caller waits until the output has accepted lines again. A write to a disk
//! that hangs is the exception: nothing can end it.
//!
//! Standard output and standard error are written through a descriptor of the log's own, so a caller
//! may hold the lock of `std::io::stdout()`.
//!
//! If the output rejects lines, on a closed pipe or a full disk, the log says so once on standard
//! error, and the result of the shutdown has the number of lines and the error.
//!
//! A child of `fork` writes each line at once, without a queue. It drops and counts its lines if the
//! output is an [`Output::Writer`].

mod answers;
mod audit;
mod audit_sink;
mod batch;
mod counters;
mod directives;
mod drain;
mod error;
mod errors;
mod event_layer;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub mod export;
mod failures;
mod fields;
mod filter;
mod filters;
mod forked;
mod json;
mod kept;
mod known_names;
mod layer_filter;
mod line;
mod line_writer;
mod metrics;
mod names;
mod open_spans;
mod panics;
mod pipeline;
mod pretty;
mod queue;
#[cfg(feature = "console")]
mod recent;
#[cfg(not(feature = "console"))]
#[path = "without_recent.rs"]
mod recent;
mod settings;
mod shape;
mod sink;
mod span_values;
mod surroundings;
mod text;
mod timestamp;
mod writer;

pub use audit_sink::AuditSink;
pub use counters::{ByLevel, Counters, Dropped, Snapshot};
pub use error::LogError;
pub use errors::FindBacktrace;
pub(crate) use filter::EventFilter;
pub(crate) use filters::{CHANGES, LogFilters};
pub(crate) use line_writer::LineLayer;
pub use pipeline::Pipeline;
#[cfg(feature = "console")]
pub(crate) use recent::{RecentLine, RecentLines};
pub use settings::{Audit, AuditOutput, Format, Limits, LogSettings, Output, SyncPolicy};
pub use shape::{DurationFormat, FieldNames, LevelCase, LineShape};

pub use crate::{
    context::ids::{CarriedIdError, CarriedIds, RequestId},
    export::{Undelivered, UndeliveredPart},
    redaction::{REDACTED, Redaction, Secret},
};

/// The target of audit events.
pub const AUDIT: &str = "audit";

/// Writes an event to the audit trail: level `INFO`, target `audit`, the syntax of
/// [`tracing::info!`].
///
/// ```
/// use glyph_runtime::audit;
///
/// let user = "ada";
/// audit!(action = "grant", %user, role = "admin", "role granted");
/// ```
///
/// The event is written to the file of [`LogSettings::audit`](crate::log::LogSettings::audit), with
/// the ids and fields of a log line. It is never sampled, filtered or dropped. The line has reached
/// the operating system when the macro returns. With
/// [`SyncPolicy::Always`](crate::log::SyncPolicy::Always) it has reached the disk.
///
/// Events with the target `audit` from `tracing`'s own macros are audit events too, whatever their
/// level.
///
/// **The caller waits**: some microseconds for a file, some milliseconds for a disk. If the file
/// cannot be written, on a full disk for example, the write is retried at least once a second.
/// Callers wait until it succeeds or the log is shut down. Each failure is counted in
/// [`Snapshot::audit_failures`](crate::log::Snapshot::audit_failures), and the first one is
/// reported on standard error.
///
/// The limits of values and lines apply. The features `max_level_*` of `tracing` remove events at
/// compile time, audit events too.
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
