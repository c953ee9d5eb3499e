//! A small voice service whose metrics are declared once: the crate that the mistakes edit.

pub mod pipeline;
pub mod settings;
pub mod setup;
pub mod speaker;
pub mod telemetry;
