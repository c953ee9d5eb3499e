//! Export of log records to an OTLP collector, in addition to log lines (OpenTelemetry Protocol
//! Specification 1.x, "OTLP Logs").
//!
//! A [`Pipeline`] returns a layer with a separate filter. It works with and without a
//! [`log::Pipeline`](super::Pipeline). Redaction, limits, ids and the precedence of fields are
//! those of log lines. The message of an event is the body of its record, its fields and those of
//! its spans are the attributes, and its target is the instrumentation scope. Numbers and `bool`
//! keep their kinds, everything else is a string.
//!
//! Records wait in a bounded queue for a separate thread with a runtime. Logging never waits for
//! the export. Records that are not exported are counted with the reason. Events of that thread are
//! not exported, so that an export never causes another one.
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::{log::export::{LogExportSettings, Pipeline}, otlp::{OtlpSettings, Protocol}};
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (endpoint, protocol) = if cfg!(feature = "otlp-http") {
//! #     ("http://127.0.0.1:9", Protocol::HttpProtobuf)
//! # } else {
//! #     ("http://127.0.0.1:9", Protocol::Grpc)
//! # };
//! let settings = LogExportSettings::new("shop", OtlpSettings::new(endpoint, protocol));
//! let (layer, logs) = Pipeline::start(settings)?;
//! tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
//!     tracing::warn!(attempt = 2, "no stock");
//! });
//! if let Err(undelivered) = logs.shutdown(Duration::from_millis(100)) {
//!     assert_eq!(undelivered.count(), 1);
//! }
//! # Ok(())
//! # }
//! ```

mod attributes;
mod cut;
mod pipeline;
mod record;
mod record_writer;
mod settings;

pub use pipeline::{ExportError, Pipeline};
pub(crate) use record_writer::RecordLayer;
pub use settings::LogExportSettings;

pub use crate::export::{BatchLimits, ExportCounts, Undelivered};
