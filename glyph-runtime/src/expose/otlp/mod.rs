//! Metrics pushed to an OTLP collector at an interval (OpenTelemetry Protocol Specification 1.x, "OTLP Metrics").
//!
//! What is pushed is what a scrape at that moment would find: the same cells, cumulative since the process began, with
//! the exemplars of histograms. Declared metrics have their names in OpenTelemetry's notation and their units in UCUM's
//! codes: `glyphoxa.stt.duration` in `s`, where the page has `glyphoxa_stt_duration_seconds`. A
//! [`Page`](super::Page) as the source adds glyph's own metrics and those of other recorders, under the
//! names of their families on the page.
//!
//! A [`Pipeline`] has a thread with a runtime of its own. It holds one request of about 2 MiB at a time, however many
//! series there are. A push that fails is counted and not made up for: the next one carries everything again.
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::{
//!     Counter, catalog::Registry, metric_catalog,
//!     expose::otlp::{Pipeline, Settings},
//!     trace::{OtlpSettings, Protocol},
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
//! let metrics = Pipeline::start(Settings::new("worker", collector), registry)?;
//! Metrics::global().wakeups.inc();
//! if let Err(unpushed) = metrics.shutdown(Duration::from_millis(100)) {
//!     eprintln!("{unpushed}");
//! }
//! # Ok(())
//! # }
//! ```

mod collection;
mod others;
mod pipeline;
mod point;
mod process_start;
mod request;
mod rounds;
mod settings;
mod worker;

pub use collection::Source;
pub use pipeline::Pipeline;
pub use rounds::Unpushed;
pub use settings::Settings;
