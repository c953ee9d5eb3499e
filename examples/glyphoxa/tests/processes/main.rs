//! The program as processes: an ordinary run, each failure, and the end of one process.
#![cfg(target_os = "linux")]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod ends;
mod errors;
mod faults;
mod gateway;
mod model;
mod ordinary;
mod service;
