//! Compiler-checked labels, metrics, catalogs and stages: the API for libraries.
//!
//! A library depends on this crate alone. It brings no HTTP, TLS, tokio or OpenTelemetry, and serde only
//! with its feature. A program depends on `glyph-runtime`, which re-exports all of this crate and exports
//! what is recorded. Its module `guide` has a page for each task, such as a library that offers metrics.
//!
//! ```
//! use glyph_core::{
//!     CallStatus, Counter, Gauge, Histogram, Label, LabelSet, instrument_stage, metric_catalog,
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
//!     let metrics = VoiceMetrics::global();
//!     metrics.active_sessions.inc();
//!     transcribe(&[0; 160])?;
//!     metrics.tool_calls.inc(ToolCall { tool: "dice_roll", status: CallStatus::Ok });
//!
//!     assert_eq!(metrics.stt_duration.snapshot().count(), 1);
//!     let request = ProviderRequest { provider: Provider::Deepgram, status: CallStatus::Ok };
//!     assert_eq!(metrics.provider_requests.value(request), 1);
//!     let tool_call = ToolCall { tool: "dice_roll", status: CallStatus::Ok };
//!     assert_eq!(metrics.tool_calls.value(tool_call), 1);
//!     Ok(())
//! }
//! ```
//!
//! # Declare
//!
//! - [`metric_catalog`] makes a struct a catalog of metrics. A program nests the catalog of a
//!   library.
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
//! - [`scope`] adds labels from the context of the code, such as the tenant.
//! - [`Secret`] is a value that is always printed as `[redacted]`.
//!
//! # Verify
//!
//! - `testing`, with the feature of this name, captures what a test records.
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `serde` | serde's traits for labels under `#[label(serde)]` | no |
//! | `testing` | captures of metrics and spans for tests, and a clock that tests move | no |
//!
//! # Without a runtime
//!
//! Stages open spans of `tracing`, and any subscriber receives them. Metrics are recorded and can
//! be read, but nothing exports them. Only `observe_with_exemplar` records exemplars.
//!
//! # Versions
//!
//! The minimum supported Rust version is 1.88. Versions follow semantic versioning. While the
//! version starts with `0.`, a minor version can break the API.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod catalog;
mod clock;
mod descriptor;
mod hex;
mod isolation;
pub mod label;
pub mod live;
mod macros;
pub mod metric;
mod nearest;
pub mod scope;
mod secret_name;
mod span;
pub mod stage;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod thread_end;
pub mod wait;
mod within;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[doc(hidden)]
#[path = "runtime.rs"]
pub mod __runtime;

pub use catalog::{Catalog, View};
pub use descriptor::buckets;
pub use label::{CallStatus, Label, LabelSet, Status};
pub use macros::{Label, LabelSet, Outcome, instrument_stage, instrument_stages, metric_catalog};
pub use metric::{Counter, Exemplar, Gauge, Histogram};
pub use span::Secret;
pub use stage::Outcome;
