//! Metrics, spans, health and exposition for Rust services, declared once and checked by the compiler.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "admin")]
pub mod admin;
#[cfg(feature = "artifacts")]
#[path = "artifact/mod.rs"]
pub mod artifacts;
pub mod buckets;
pub mod catalog;
mod clock;
pub mod config;
mod export;
pub mod expose;
#[cfg(feature = "metrics")]
pub mod facade;
#[cfg(feature = "grpc")]
pub mod grpc;
#[cfg(feature = "admin")]
pub mod health;
#[cfg(feature = "http")]
pub mod http;
pub mod label;
#[cfg(feature = "log")]
pub mod log;
mod macros;
pub mod metric;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod otlp;
pub mod redaction;
pub mod scope;
pub mod stage;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "trace")]
pub mod trace;
pub mod wait;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use catalog::Catalog;
pub use label::{Label, LabelSet, Status};
pub use macros::{Label, LabelSet, Outcome, instrument_stage, instrument_stages, metric_catalog};
pub use metric::{Counter, Exemplar, Gauge, Histogram};
#[cfg(feature = "trace")]
pub use scope::{CorrelationId, correlation_id};
pub use stage::Outcome;
pub use telemetry::{Telemetry, TelemetryBuilder};
