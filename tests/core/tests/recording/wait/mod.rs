//! Waits for limiters and in queues: counted once however they end, and spans where they delay something.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a failed set-up fails the test, and counts are exact"
)]

mod limiters;
mod queues;
mod spans;
