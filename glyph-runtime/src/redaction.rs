//! Values that never leave the process: fields on a list of names, and secrets.
//!
//! One list applies to log lines, exported log records, and spans with their events and links. Set
//! it with `redaction` of the `Telemetry` builder. The variable `GLYPH_REDACTED_FIELDS` adds names
//! to it. A field under `#[glyph(secret)]` ([`instrument_stage`](macro@crate::instrument_stage))
//! needs no list.

pub use crate::context::redaction::{REDACTED, Redaction};
pub use glyph_core::Secret;
