//! Log records to an OTLP collector, beside the lines of the log (OpenTelemetry Protocol Specification 1.x, "OTLP Logs").
//!
//! A [`Pipeline`] gives a layer of its own with its own filter; it needs no [`log::Pipeline`](super::Pipeline), and
//! does not mind one. Redaction, limits, ids and the order in which fields win are those of the lines. The event's
//! message is the record's body, its fields and those of the spans around it are the attributes, its target is the
//! scope. Numbers and `bool` keep their kinds, everything else is text.
//!
//! Records wait in a bounded queue for a thread with a runtime of its own. Logging never waits for it; what does not
//! arrive is counted with the reason. What that thread itself says is not exported, so that an export never causes
//! another.
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::{log::export::{Pipeline, Settings}, trace::{OtlpSettings, Protocol}};
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (endpoint, protocol) = if cfg!(feature = "otlp-http") {
//! #     ("http://127.0.0.1:9", Protocol::HttpProtobuf)
//! # } else {
//! #     ("http://127.0.0.1:9", Protocol::Grpc)
//! # };
//! let (layer, logs) = Pipeline::start(Settings::new("shop", OtlpSettings::new(endpoint, protocol)))?;
//! tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
//!     tracing::warn!(attempt = 2, "no stock");
//! });
//! if let Err(unsent) = logs.shutdown(Duration::from_millis(100)) {
//!     assert_eq!(unsent.records, 1);
//! }
//! # Ok(())
//! # }
//! ```

mod layer;
mod pipeline;
pub(crate) mod record;
mod settings;

pub use pipeline::{ExportError, Pipeline, Unsent};
pub use settings::Settings;
