//! Spans of stages in OpenTelemetry.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed setup fails the test"
)]

mod arguments;
mod current;
mod elsewhere;
mod exemplars;
mod exported;
mod relations;
mod sampling;
pub(crate) mod telemetry;
