//! Expected behavior of an attribute that instruments a function, case by case: the cases that
//! `tracing` tests its own attribute with, as stages.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod asynchronous;
mod destructuring;
mod events;
mod fields;
mod lints;
mod names;
mod relations;
mod signatures;
mod telemetry;
