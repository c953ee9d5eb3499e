//! Output of events: the log and the audit trail.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed setup fails the test, and a missing key is null"
)]

mod audit;
mod audit_file;
mod capture;
mod changed;
mod correlation;
mod errors;
mod filter;
mod injection;
mod last_words;
mod lines;
mod outputs;
mod panics;
mod pretty;
mod processes;
mod properties;
mod redaction;
mod shape;
mod sinks;
mod stages;
mod unsampled;
mod waits;
