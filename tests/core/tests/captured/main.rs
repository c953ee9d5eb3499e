//! What a test captures is its own, and is looked up as it was declared.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]
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
