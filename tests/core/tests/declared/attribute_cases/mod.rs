//! What people have come to expect of an attribute that instruments a function, case by case: those that `tracing`
//! tests its own attribute with, and what a stage makes of them.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod asynchronous;
mod destructuring;
mod events;
mod fields;
mod lints;
mod names;
mod relations;
mod signatures;
mod telemetry;
