//! Three services that call each other: axum, hyper and tonic servers, reqwest and tonic clients.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed set-up or a missing span fails the test"
)]

mod chain;
mod edge;
mod orders;
#[expect(dead_code, reason = "this collector always does what it is asked to")]
#[path = "../otlp_receiver/mod.rs"]
mod otlp_receiver;
mod stock;
mod telemetry;
#[path = "../grpc/text.rs"]
mod text;
