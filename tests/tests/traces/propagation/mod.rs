//! Propagation of context across processes, tasks and threads.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed setup fails the test"
)]

mod baggage;
mod carriers;
mod headers;
mod parents;
mod properties;
mod python;
mod tasks;
mod telemetry;
mod traced;
