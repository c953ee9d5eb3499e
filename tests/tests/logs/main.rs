//! Output of events: the log and the audit trail.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed set-up fails the test, and a value that lacks a key has null there"
)]

mod audit;
mod capture;
mod correlation;
mod filter;
mod injection;
mod lines;
mod outputs;
mod pretty;
mod processes;
mod properties;
mod redaction;
mod sinks;
mod stages;
