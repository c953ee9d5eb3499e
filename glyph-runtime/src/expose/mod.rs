//! The exposition: recorded metrics in the formats of Prometheus and OpenMetrics, and over OTLP.

mod escape;
mod exposition;
pub(crate) mod external;
mod family;
mod float;
mod format;
mod negotiate;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub mod push;
mod scrape;
mod target;
mod unregistered;

#[cfg(feature = "metrics")]
pub(crate) use exposition::names_of_page;
pub use exposition::{Exposition, Pieces};
pub(crate) use external::ExternalRecorder;
pub use format::Format;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
/// Another name of [`push`]: metrics over OTLP, by the name of their protocol.
#[doc(no_inline)]
pub use push as otlp;
