//! Waits for limiters and in queues: each counts once, and makes a span if it delays the caller.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a failed setup fails the test, and counts are exact"
)]

mod limiters;
mod queues;
mod spans;
