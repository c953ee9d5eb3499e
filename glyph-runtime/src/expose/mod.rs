//! The exposition: what has been recorded, as Prometheus and OpenMetrics define it, and OTLP.

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

pub use exposition::{Exposition, Pieces};
pub(crate) use external::ExternalRecorder;
pub use format::Format;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
/// Another name of [`push`]: metrics over OTLP, by the name of their protocol.
#[doc(no_inline)]
pub use push as otlp;
