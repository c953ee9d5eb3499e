//! The layers around HTTP servers and clients, over real connections.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed set-up fails the test"
)]

mod clients;
mod endings;
mod floods;
mod headers;
mod kept;
mod own_metrics;
mod requests;
mod wire;
