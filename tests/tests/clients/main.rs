//! Calls of clients by OpenTelemetry's semantic conventions: what is recorded, and whether the
//! catalogs have the conventions' names, units, buckets and labels.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing value of the model is null, never a panic"
)]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed setup or a wrong file fails the test"
)]

mod artifacts;
mod conventions;
mod database;
mod gen_ai;
mod messaging;
