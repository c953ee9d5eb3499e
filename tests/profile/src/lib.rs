//! What the tests of profiles share: a client, and a reader of pprof's format.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed setup fails the test"
)]

pub mod client;
pub mod program;
pub mod reader;
