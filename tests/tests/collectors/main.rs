//! Metrics and log records at an OTLP collector: what arrives, and what becomes of them when it misbehaves.

mod logs;
mod metrics;
