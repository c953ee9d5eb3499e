//! Three services that call each other: axum, hyper and tonic servers, reqwest and tonic clients.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed setup or a missing span fails the test"
)]

mod chain;
mod edge;
mod orders;
mod stock;
mod telemetry;
