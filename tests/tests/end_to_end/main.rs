//! The whole way: programs that run, scraped by the real Prometheus, pages read by independent parsers, and
//! spans, metrics and log records received by a collector that others wrote.
//!
//! These tests need Debian's `prometheus` (it brings `promtool`) and `prometheus-alertmanager`, Python with `prometheus-client` and with
//! `opentelemetry-sdk`, and `rotel` (`pip install rotel==0.0.1a15`). `.ci/run` installs them and runs what a plain `cargo test` leaves out.
#![expect(
    clippy::indexing_slicing,
    reason = "what is not in a JSON value is null, never a panic"
)]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be set up or never comes fails the test"
)]

mod alerts;
mod checkers;
mod dashboard;
mod edge;
mod exemplars;
mod glyphoxa;
mod http;
mod key_metrics;
mod negotiation;
mod otlp;
mod otlp_logs;
mod otlp_metrics;
mod page;
mod process;
mod prometheus;
mod rotel;
mod spans;
