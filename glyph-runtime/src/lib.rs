//! Metrics, spans, health and exposition for Rust services, declared once and checked by the compiler.

#[cfg(feature = "admin")]
pub mod admin;
#[cfg(feature = "prometheus")]
pub mod config;
pub mod context;
#[cfg(feature = "http")]
mod edge;
mod export;
pub mod expose;
#[cfg(feature = "facade")]
pub mod facade;
#[cfg(feature = "admin")]
pub mod health;
#[cfg(feature = "log")]
pub mod log;
mod macros;
#[cfg(feature = "trace")]
pub mod otlp;
pub mod redaction;
#[cfg(feature = "prometheus")]
pub mod telemetry;
#[cfg(feature = "trace")]
pub mod trace;

#[cfg(feature = "trace")]
pub use context::{CorrelationId, correlation_id};
#[cfg(feature = "grpc")]
pub use edge::grpc;
#[cfg(feature = "http")]
pub use edge::http;
pub use macros::{Label, LabelSet, Outcome, instrument_stage, instrument_stages, metric_catalog};
#[cfg(feature = "prometheus")]
pub use telemetry::{Telemetry, TelemetryBuilder};

#[cfg(feature = "artifacts")]
#[doc(inline)]
pub use glyph_artifacts as artifacts;
#[doc(hidden)]
pub use glyph_core::__private;
#[cfg(feature = "testing")]
#[doc(inline)]
pub use glyph_core::testing;
#[doc(inline)]
pub use glyph_core::{
    Catalog, Counter, Exemplar, Gauge, Histogram, Status, buckets, catalog, label,
    label::{Label, LabelSet},
    metric, scope, stage,
    stage::Outcome,
    wait,
};
