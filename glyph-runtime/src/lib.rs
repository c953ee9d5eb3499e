//! Metrics, spans, health and exposition for Rust services, declared once and checked by the compiler.

#[cfg(feature = "admin")]
pub mod admin;
#[cfg(feature = "artifacts")]
#[path = "artifact/mod.rs"]
pub mod artifacts;
pub mod catalog;
mod clock;
#[cfg(feature = "prometheus")]
pub mod config;
pub mod context;
mod descriptor;
#[cfg(feature = "trace")]
mod export;
#[cfg(any(feature = "prometheus", feature = "_otlp"))]
pub mod expose;
#[cfg(feature = "facade")]
pub mod facade;
#[cfg(feature = "grpc")]
pub mod grpc;
#[cfg(feature = "admin")]
pub mod health;
#[cfg(feature = "http")]
pub mod http;
mod isolation;
pub mod label;
#[cfg(feature = "log")]
pub mod log;
mod macros;
pub mod metric;
#[cfg(feature = "_otlp")]
mod otlp;
pub mod redaction;
pub mod scope;
mod span;
pub mod stage;
#[cfg(feature = "prometheus")]
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "trace")]
pub mod trace;
pub mod wait;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[doc(hidden)]
#[path = "runtime.rs"]
pub mod __runtime;

pub use catalog::Catalog;
#[cfg(feature = "trace")]
pub use context::{CorrelationId, correlation_id};
pub use descriptor::buckets;
pub use label::{Label, LabelSet, Status};
pub use macros::{Label, LabelSet, Outcome, instrument_stage, instrument_stages, metric_catalog};
pub use metric::{Counter, Exemplar, Gauge, Histogram};
pub use stage::Outcome;
#[cfg(feature = "prometheus")]
pub use telemetry::{Telemetry, TelemetryBuilder};
