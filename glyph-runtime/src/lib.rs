//! Compiler-checked metrics, spans, logs and health for Rust services.
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `admin` | `/metrics`, `/healthz` and `/readyz`, health checks, and the listener that serves them | yes |
//! | `artifacts` | rules, rule tests, dashboards, the reference and the schema, generated from catalogs | no |
//! | `cli` | `config::TelemetryArgs` and, with `artifacts`, `artifacts::ArtifactArgs` for clap; brings `trace` | no |
//! | `grpc` | tower layers for gRPC servers and clients built with tonic; brings `http` | no |
//! | `http` | tower layers for HTTP servers and clients, with axum's routes; brings `trace` and `log` | no |
//! | `log` | log lines with the ids of their trace, and the audit trail | yes |
//! | `metrics` | a recorder for the `metrics` facade | yes |
//! | `otlp-grpc` | spans, metrics and log records over OTLP/gRPC; brings `trace` | no |
//! | `otlp-http` | spans, metrics and log records over OTLP/HTTP; brings `trace` | yes |
//! | `testing` | captures of metrics and spans for tests, and a clock that tests move | no |
//! | `trace` | spans, exemplars, samplers and propagation | with `otlp-http` |
//!
//! Features only add. Without any, a catalog is declared, recorded and exposed as text.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "admin")]
pub mod admin;
pub mod config;
pub mod context;
#[cfg(feature = "http")]
mod edge;
mod export;
pub mod expose;
#[cfg(feature = "metrics")]
pub mod facade;
#[cfg(feature = "admin")]
pub mod health;
#[cfg(feature = "log")]
pub mod log;
mod macros;
#[cfg(feature = "trace")]
pub mod otlp;
pub mod redaction;
mod resource;
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
