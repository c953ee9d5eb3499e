//! Expected behavior of an attribute that instruments a function, case by case: the cases that
//! `tracing` tests its own attribute with, as stages.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod asynchronous;
mod destructuring;
mod events;
mod fields;
mod lints;
mod names;
mod records;
mod relations;
mod signatures;
mod telemetry;

#[test]
fn cases_hold_for_stages_with_records() {
    records::again_with_records("attribute_cases::");
}
