//! Artifacts generated from metric catalogs: Prometheus rules and their tests, Grafana dashboards
//! and alerts, a reference, a registry for OpenTelemetry Weaver, and a schema.
//!
//! Use this crate at build time, or in a subcommand of the service. [`Artifacts`] generates, writes
//! and checks the files. [`ArtifactArgs`] is the subcommand. [`check!`] declares a test of the
//! expressions. [`diff()`] compares two schemas.
//!
//! ```
//! use glyph_artifacts::Artifacts;
//! use glyph_core::{Histogram, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_artifacts")]
//! pub struct Metrics {
//!     /// Latency of speech-to-text transcription.
//!     #[metric(name = "stt.duration", unit = seconds)]
//!     #[alert(HighSttLatency, p95 > 2s, for = 5m, summary = "transcription is slow")]
//!     pub stt_duration: Histogram,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rules = Artifacts::of::<Metrics>().rules()?;
//! assert!(rules.contains("alert: HighSttLatency"));
//! # Ok(())
//! # }
//! ```

mod alerting;
mod artifacts;
mod change;
mod check;
mod command;
mod dashboard;
mod diff;
mod error;
mod families;
mod files;
mod numbers;
mod objective;
mod problem;
pub mod promql;
mod query;
mod reference;
mod rule_tests;
mod rules;
mod schema;
mod series;
mod weaver;

pub use artifacts::Artifacts;
pub use change::{Change, ScopeChange};
#[doc(hidden)]
pub use check::INTERNAL_SERIES;
pub use command::ArtifactArgs;
pub use diff::diff;
pub use error::ArtifactError;
pub use files::ArtifactFile;
pub use problem::Problem;
pub use schema::{LabelSchema, MetricSchema, Schema};

#[doc(inline)]
pub use crate::__artifacts_check as check;
