//! Each system of the examples, run once: what its page and its log say.
#![expect(
    clippy::indexing_slicing,
    reason = "what is not in a JSON value is null, never a panic"
)]
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

mod gospelib;
mod ibex;
mod run;
mod voxray;
mod xgen;
