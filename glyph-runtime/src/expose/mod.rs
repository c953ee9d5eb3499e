//! The exposition: recorded metrics in the formats of Prometheus and OpenMetrics, and over OTLP.
//!
//! ```
//! use glyph_runtime::{Counter, Telemetry, expose::Format, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_expose")]
//! pub struct Metrics {
//!     /// Orders.
//!     pub orders: Counter,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("shop").catalog(Metrics::global()).build()?;
//! let exposition = telemetry.exposition(); // a clone for another handler or exporter
//! assert!(exposition.render(Format::Text).contains("\ndoc_expose_orders_total 0\n"));
//! # Ok(())
//! # }
//! ```

mod escape;
mod exposition;
pub(crate) mod external;
mod family;
mod float;
mod format;
mod negotiate;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub mod push;
#[cfg(feature = "otlp-http")]
pub mod pushgateway;
mod scrape;
mod target;
mod unregistered;

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
use exposition::FUNCTIONS;
#[cfg(feature = "metrics")]
pub(crate) use exposition::names_of_page;
pub use exposition::{Exposition, Pieces};
pub(crate) use external::ExternalRecorder;
pub use format::Format;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
/// Another name of [`push`]: metrics over OTLP, by the name of their protocol.
#[doc(no_inline)]
pub use push as otlp;
