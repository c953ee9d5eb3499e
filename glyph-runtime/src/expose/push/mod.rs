//! Pushes of metrics to an OTLP collector at an interval (OpenTelemetry Protocol Specification 1.x,
//! "OTLP Metrics").
//!
//! A push sends what a scrape would return at that moment: the same series, cumulative since the
//! start of the process unless [`Temporality`] is set to another value, with the exemplars of
//! histograms. Declared metrics have OpenTelemetry's names, and units in UCUM's codes: `glyphoxa.stt.duration` in `s`, where `/metrics` has
//! `glyphoxa_stt_duration_seconds`. An [`Exposition`](super::Exposition) as the source adds glyph's
//! own metrics, such as `glyph.scrapes`, and those of external recorders, with their family names.
//!
//! A [`Pipeline`] has a separate thread with a runtime. It holds one request of about 2 MiB at a
//! time, for any number of series. A failed push is counted and not repeated, since the next one
//! sends everything again. So it is with deltas: the next push has them, unless the collector has
//! rejected them.
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::{
//!     Counter, catalog::Registry, metric_catalog,
//!     expose::push::{MetricPushSettings, Pipeline},
//!     otlp::{OtlpSettings, Protocol},
//! };
//!
//! #[metric_catalog(namespace = "doc_otlp")]
//! pub struct Metrics {
//!     /// Wake-ups of the worker.
//!     pub wakeups: Counter,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::new([Metrics::global() as _])?;
//! # let (endpoint, protocol) = if cfg!(feature = "otlp-http") {
//! #     ("http://127.0.0.1:9", Protocol::HttpProtobuf)
//! # } else {
//! #     ("http://127.0.0.1:9", Protocol::Grpc)
//! # };
//! let collector = OtlpSettings::new(endpoint, protocol);
//! let metrics = Pipeline::start(MetricPushSettings::new("worker", collector), registry)?;
//! Metrics::global().wakeups.inc();
//! if let Err(undelivered) = metrics.shutdown(Duration::from_millis(100)) {
//!     eprintln!("{undelivered}");
//! }
//! # Ok(())
//! # }
//! ```

mod collection;
mod external;
mod pipeline;
mod pusher;
mod settings;

pub use collection::Source;
pub use pipeline::Pipeline;
pub use settings::MetricPushSettings;

pub use crate::export::{ExportCounts, Undelivered};
pub use crate::otlp::metrics::Temporality;
