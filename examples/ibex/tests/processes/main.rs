//! The services as processes: an ordinary run, each failure, and the end of one of them.
#![cfg(target_os = "linux")]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod ends;
mod errors;
mod family;
mod faults;
mod limits;
mod model;
mod redis;
mod service;
mod tokens;
