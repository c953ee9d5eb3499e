//! Generators of rules, dashboards and documentation from the metric catalogs of glyph.
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
//!
//! A program usually has a subcommand that writes all files, and checks them in CI: see
//! [`ArtifactArgs`], and the page on artifacts in the guide, a module of `glyph-runtime`.
//!
//! # Generate
//!
//! - [`Artifacts`] has the catalogs to generate from, or views of them. [`Artifacts::write`] writes all files, and
//!   [`Artifacts::stale`] returns those that are out of date.
//! - [`Artifacts::thresholds`] sets thresholds of alerts in place of those of the catalogs.
//! - [`Artifacts::rules`] and [`Artifacts::rule_tests`] return Prometheus rules and their promtool
//!   tests.
//! - [`Artifacts::dashboard`] and [`Artifacts::grafana_alerting`] return Grafana's files.
//! - [`Artifacts::alertmanager`] returns routes by severity and team for Alertmanager.
//! - [`Artifacts::prometheus_rule`] returns the rules for Kubernetes.
//! - [`Artifacts::reference`] returns the reference in Markdown.
//! - [`Artifacts::weaver_registry`] returns a registry for OpenTelemetry Weaver.
//! - [`Artifacts::cost`] returns the [`Cost`] of a fleet for its storage.
//! - [`ArtifactArgs`] is the subcommand that writes and checks the files.
//!
//! # Verify
//!
//! - `check!` declares a test that compares the PromQL of alerts with the catalogs.
//! - [`Artifacts::schema`] returns the [`Schema`], and [`diff`](fn@diff) the changes between two of
//!   them.
//! - [`promql`] parses expressions and selectors.
//!
//! # Features
//!
//! | feature | adds | default |
//! |---|---|---|
//! | `cli` | `ArtifactArgs` as arguments of clap | no |
//!
//! # Versions
//!
//! The minimum supported Rust version is 1.88. `glyph-runtime` re-exports this crate as
//! `artifacts`, with its feature `artifacts`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod alerting;
mod artifacts;
mod change;
mod check;
mod checksum;
mod command;
mod cost;
mod dashboard;
mod diff;
mod error;
mod families;
mod files;
mod impossible;
mod numbers;
mod objective;
mod panel_link;
mod problem;
pub mod promql;
mod quantity;
mod query;
mod reference;
mod routing;
mod rule_tests;
mod rules;
mod schema;
mod series;
mod texts;
mod threshold;
mod view;
mod weaver;
mod yaml;

pub use artifacts::Artifacts;
pub use change::{AlertChange, Change, ObjectiveChange, PanelChange, ScopeChange};
#[doc(hidden)]
pub use check::INTERNAL_SERIES;
pub use command::ArtifactArgs;
pub use cost::{Cost, Load, MetricCost};
pub use diff::diff;
pub use error::ArtifactError;
pub use files::ArtifactFile;
pub use problem::Problem;
pub use schema::{AlertSchema, LabelSchema, MetricSchema, ObjectiveSchema, PanelSchema, Schema};

#[doc(inline)]
pub use crate::__artifacts_check as check;
