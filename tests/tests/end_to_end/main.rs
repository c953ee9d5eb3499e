//! End-to-end tests: running programs scraped by the real Prometheus, expositions read by
//! independent parsers, and spans, metrics and log records received by an independent collector.
//!
//! These tests need Debian's `prometheus` (which includes `promtool`), `prometheus-alertmanager`,
//! `prometheus-pushgateway`, `victoria-metrics` and `redis-server`, Python with `prometheus-client` and
//! `opentelemetry-sdk`, and `rotel` (`pip install rotel==0.0.1a15`). `.ci/run` installs them and runs the tests
//! that a plain `cargo test` ignores.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed setup or a missing value fails the test"
)]

mod alertmanager;
mod alerts;
mod api;
mod asked;
mod checkers;
mod dashboard;
mod edge;
mod evaluated;
mod evaluator;
mod exemplars;
mod fleet;
mod glyphoxa;
mod http;
mod inhibition;
mod key_metrics;
mod library;
mod negotiation;
mod otlp;
mod otlp_logs;
mod otlp_metrics;
mod page;
mod process;
mod prometheus;
mod pushgateway;
mod questions;
mod recorded;
mod rotel;
mod spans;
mod without_docker;
