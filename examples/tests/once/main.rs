//! Each example program, run once: its metrics and its log.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod artifacts;
mod gospelib;
mod ibex;
mod minimal;
#[cfg(target_os = "linux")]
mod probe;
mod queries;
mod run;
mod voxray;
mod xgen;
