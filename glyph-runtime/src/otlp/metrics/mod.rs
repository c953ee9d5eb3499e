//! Metrics as OTLP has them.

pub(crate) mod point;
pub(crate) mod process_start;
pub(crate) mod request;
