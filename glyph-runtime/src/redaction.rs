//! What never leaves the process: values under the names of a list, and values that hide themselves.
//!
//! One list holds for log lines, for exported log records, and for spans with their events and links. `Telemetry` takes it from
//! its builder's `redaction`, and the variable `GLYPH_REDACTED_FIELDS` adds names to it. A field under
//! `#[glyph(secret)]` ([`instrument_stage`](macro@crate::instrument_stage)) needs no list.

pub use crate::{
    context::redaction::{REDACTED, Redaction},
    span::Secret,
};
