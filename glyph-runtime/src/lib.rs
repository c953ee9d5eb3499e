//! Compiler-checked metrics, spans, logs and health for Rust services.
//!
//! ```
//! use glyph_runtime::{
//!     CallStatus, Counter, Gauge, Histogram, Label, LabelSet, Telemetry, expose::Format,
//!     instrument_stage, metric_catalog,
//! };
//!
//! #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
//! pub enum Provider {
//!     Deepgram,
//!     Elevenlabs,
//! }
//!
//! #[derive(LabelSet)]
//! pub struct ProviderRequest {
//!     pub provider: Provider,
//!     pub status: CallStatus,
//! }
//!
//! #[derive(LabelSet)]
//! pub struct ToolCall<'a> {
//!     #[label(max = 128)] // an open label states its limit
//!     pub tool: &'a str,
//!     pub status: CallStatus,
//! }
//!
//! #[metric_catalog(namespace = "voice", stages = stage, max_series = 4096)]
//! pub struct VoiceMetrics {
//!     /// Latency of speech-to-text transcription.
//!     #[metric(name = "stt.duration", unit = seconds, buckets = [10ms, 50ms, 100ms, 500ms, 1s])]
//!     #[stage(stt, requests = provider_requests, labels(provider: Provider))]
//!     pub stt_duration: Histogram,
//!
//!     /// Total provider API requests.
//!     #[metric(name = "provider.requests")]
//!     pub provider_requests: Counter<ProviderRequest>,
//!
//!     /// Total tool invocations.
//!     #[metric(name = "tool.calls")]
//!     pub tool_calls: Counter<ToolCall<'_>>,
//!
//!     /// Number of live voice sessions.
//!     pub active_sessions: Gauge,
//! }
//!
//! #[instrument_stage(stage::stt, labels(provider = "deepgram"))]
//! fn transcribe(audio: &[i16]) -> Result<String, std::io::Error> {
//!     Ok(format!("{} samples", audio.len()))
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let telemetry = Telemetry::builder("voice")
//!         .catalog(VoiceMetrics::global())
//!         .without_listener()
//!         .install()?;
//!
//!     let metrics = VoiceMetrics::global();
//!     metrics.active_sessions.inc();
//!     transcribe(&[0; 160])?;
//!     metrics.tool_calls.inc(ToolCall { tool: "dice_roll", status: CallStatus::Ok });
//!
//!     let text = telemetry.render(Format::Text);
//!     assert!(text.contains("voice_stt_duration_seconds_count 1\n"));
//!     assert!(text.contains("voice_tool_calls_total{tool=\"dice_roll\",status=\"ok\"} 1\n"));
//!     Ok(())
//! }
//! ```
//!
//! Without `.without_listener()`, `install` serves `/metrics`, `/healthz` and `/readyz`.
//!
//! The [guide] has a page for each task, such as [a first metric](guide::first_metric), [an HTTP
//! service](guide::services), [a job](guide::jobs), [tests](guide::testing), and
//! [troubleshooting](guide::troubleshooting).
//!
//! # Declare
//!
//! - [`metric_catalog`] makes a struct a catalog of metrics.
//! - [`View`] is how a program exposes the catalog of a library: other names, fewer labels and buckets.
//! - [`Label`](macro@Label) and [`LabelSet`](macro@LabelSet) declare labels and their values.
//! - [`buckets`] has bucket bounds for histograms.
//! - [`label`], [`metric`] and [`catalog`] have the types of declarations.
//!
//! # Record
//!
//! - [`Counter`], [`Gauge`] and [`Histogram`] are the kinds of metrics.
//! - [`instrument_stage`] and [`instrument_stages`] record each call of a function once.
//! - [`stage`] does the same for a block. [`Outcome`](macro@Outcome) classifies an error type.
//! - [`live`] has gauges and counters that follow something: guards, and functions that are read.
//! - [`wait`] records waits for limits and in queues.
//!
//! # Run
//!
//! - [`Telemetry`] installs all signals and shuts them down within one deadline.
//! - [`process`] exposes the CPU, memory and descriptors of the process, and its tokio runtime.
//! - [`profile`] serves CPU and memory profiles to pprof and Pyroscope.
//! - [`config`] reads the environment and the command line.
//! - [`health`] has liveness and readiness checks.
//! - [`admin`] serves the endpoints, and [`expose`] renders `/metrics`.
//! - [`console`] shows the running program in a browser.
//!
//! # Connect
//!
//! - [`http`] and [`grpc`] are tower layers for servers and clients.
//! - [`database`], [`messaging`] and [`gen_ai`] measure calls to databases, brokers and models.
//! - [`scope`] adds labels from the context of the code, such as the tenant.
//! - [`context`] carries trace, ids, baggage and scope labels to other tasks.
//! - [`trace`](mod@trace), [`log`](mod@log) and [`otlp`] export spans, log lines and log records.
//! - [`redaction`] redacts secrets in all signals.
//! - [`facade`] records metrics of the `metrics` crate.
//!
//! # Verify
//!
//! - [`testing`] captures what a test records.
//! - [`artifacts`] generates rules, rule tests, dashboards and the reference.
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `admin` | `/metrics`, `/healthz` and `/readyz`, health checks, and the listener that serves them | yes |
//! | `artifacts` | rules, rule tests, dashboards, the reference and the schema, generated from catalogs | no |
//! | `cli` | `config::TelemetryArgs` and, with `artifacts`, `artifacts::ArtifactArgs` for clap; brings `trace` | no |
//! | `console` | a page on the admin listener that shows the running program, and the same as JSON; brings `admin`, `log` and `trace` | no |
//! | `console-client` | a client of the console's API, which the command `glyph` uses | no |
//! | `grpc` | tower layers for gRPC servers and clients built with tonic; brings `http` | no |
//! | `http` | tower layers for HTTP servers and clients, with axum's routes; brings `trace` and `log` | no |
//! | `log` | log lines with the ids of their trace, and the audit trail | yes |
//! | `metrics` | a recorder for the `metrics` facade | yes |
//! | `otlp-grpc` | spans, metrics and log records over OTLP/gRPC; brings `trace` | no |
//! | `otlp-http` | spans, metrics and log records over OTLP/HTTP; brings `trace` | yes |
//! | `process` | metrics of the process and of its tokio runtime | no |
//! | `profile` | CPU profiles of the running program in pprof's format; brings `admin` | no |
//! | `profile-jemalloc` | profiles of its memory, if its allocator is jemalloc; brings `profile`, and needs a C compiler and make | no |
//! | `serde` | serde's traits for labels under `#[label(serde)]` | no |
//! | `testing` | captures of metrics and spans for tests, and a clock that tests move | no |
//! | `trace` | spans, exemplars, samplers and propagation | with `otlp-http` |
//!
//! Features only add. Without any, a catalog is declared, recorded and exposed as text. An item of a
//! feature that is not enabled does not compile, and the error names the feature.
//!
//! # Versions
//!
//! The minimum supported Rust version is 1.88. Versions follow semantic versioning. While the
//! version starts with `0.`, a minor version can break the API.
//!
//! A library depends on `glyph-core` alone. This crate re-exports all of it.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "admin")]
pub mod admin;
mod call_fields;
mod clients;
pub mod config;
#[cfg(feature = "console")]
pub mod console;
#[cfg(all(feature = "console-client", not(feature = "console")))]
#[path = "console/only_client.rs"]
pub mod console;
pub mod context;
#[cfg(feature = "http")]
mod edge;
mod export;
pub mod expose;
#[cfg(feature = "metrics")]
pub mod facade;
#[cfg(all(doc, not(doctest)))]
pub mod guide;
#[cfg(feature = "admin")]
pub mod health;
#[cfg(not(all(
    feature = "admin",
    feature = "artifacts",
    feature = "cli",
    feature = "console",
    feature = "log",
    feature = "metrics",
    feature = "process",
    feature = "profile",
    any(feature = "otlp-grpc", feature = "otlp-http"),
)))]
mod left_out;
#[cfg(feature = "log")]
pub mod log;
mod macros;
mod misplaced;
mod origin;
#[cfg(feature = "trace")]
pub mod otlp;
#[cfg(any(feature = "log", feature = "trace"))]
mod printable;
#[cfg(any(feature = "log", feature = "trace"))]
mod private_file;
#[cfg(feature = "process")]
pub mod process;
#[cfg(feature = "profile")]
pub mod profile;
#[cfg(all(feature = "admin", not(feature = "profile")))]
#[path = "profile/left_out.rs"]
mod profile;
mod random;
pub mod redaction;
#[cfg(feature = "admin")]
mod request;
mod resource;
#[cfg(any(feature = "log", feature = "trace"))]
mod source_path;
pub mod telemetry;
#[cfg(feature = "admin")]
mod thread;
#[cfg(feature = "trace")]
pub mod trace;

pub use clients::{database, gen_ai, messaging};
#[cfg(feature = "trace")]
pub use context::{CorrelationId, correlation_id};
#[cfg(feature = "grpc")]
pub use edge::grpc;
#[cfg(feature = "http")]
pub use edge::http;
pub use macros::{Label, LabelSet, Outcome, instrument_stage, instrument_stages, metric_catalog};
#[cfg(feature = "trace")]
#[doc(hidden)]
pub use misplaced::spawn;
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
    CallStatus, Catalog, Counter, Exemplar, Gauge, Histogram, Status, View, buckets, catalog,
    label,
    label::{Label, LabelSet},
    live, metric, scope, stage,
    stage::Outcome,
    wait,
};
