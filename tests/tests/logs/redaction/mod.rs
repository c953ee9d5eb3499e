//! Redacted values do not leave the process by any output.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::indexing_slicing, reason = "a missing field fails the test")]

mod everywhere;
mod lines;
mod marked;
mod spans;
mod two_logs;
mod way;
