//! The exposition: what has been recorded, as Prometheus and OpenMetrics define it, and OTLP.

mod escape;
mod exposition;
pub(crate) mod external;
mod family;
mod float;
mod format;
mod negotiate;
#[cfg(feature = "_otlp")]
pub mod otlp;
mod scrape;
mod series;
mod target;

pub use exposition::{Exposition, Pieces};
pub(crate) use external::ExternalRecorder;
pub(crate) use float::canonical;
pub use format::Format;
pub(crate) use series::Series;
pub(crate) use target::Target;
