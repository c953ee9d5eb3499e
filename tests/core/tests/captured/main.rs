//! A test captures only its own recording, and looks it up by declared names.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(
    clippy::float_cmp,
    reason = "numbers of calls and times of a frozen clock are exact"
)]

mod asynchronous;
mod callsites;
mod catalog;
mod clock;
mod isolation;
mod lookups;
mod nesting;
mod spans;
