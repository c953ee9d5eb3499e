//! The whole way: programs that run, scraped by the real Prometheus, and pages read by independent parsers.
//!
//! These tests need Debian's `prometheus` package (it brings `promtool`) and Python with
//! `prometheus-client`. `.ci/run` installs both and runs what a plain `cargo test` leaves out.
#![expect(
    clippy::indexing_slicing,
    reason = "what is not in a JSON value is null, never a panic"
)]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be set up or never comes fails the test"
)]

mod checkers;
mod exemplars;
mod glyphoxa;
mod http;
mod key_metrics;
mod negotiation;
mod page;
mod process;
mod prometheus;
