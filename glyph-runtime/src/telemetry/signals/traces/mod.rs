//! Spans.

pub(in crate::telemetry) mod filter;
