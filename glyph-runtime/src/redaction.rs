//! Values that never leave the process: fields on a list of names, and secrets.
//!
//! One list applies to log lines, exported log records, and spans with their events and links. Set
//! it with `redaction` of the `Telemetry` builder. The variable `GLYPH_REDACTED_FIELDS` adds names
//! to it. A field under `#[glyph(secret)]` ([`instrument_stage`](macro@crate::instrument_stage))
//! needs no list.
//!
//! ```
//! use glyph_runtime::{Telemetry, redaction::{Redaction, Secret}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let names = Redaction::default().with("iban");
//! assert!(names.covers("customer.IBAN") && names.covers("password"));
//! let telemetry = Telemetry::builder("shop").redaction(names).build()?;
//!
//! assert_eq!(Secret::new("1815").to_string(), "[redacted]");
//! # drop(telemetry);
//! # Ok(())
//! # }
//! ```

pub use crate::context::redaction::{REDACTED, Redaction};
pub use glyph_core::Secret;
