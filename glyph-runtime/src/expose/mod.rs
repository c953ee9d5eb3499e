//! The page: what has been recorded, as Prometheus and OpenMetrics write it.

mod escape;
mod family;
mod float;
#[cfg(feature = "facade")]
pub(crate) mod foreign;
mod format;
mod negotiate;
mod own;
mod page;

#[cfg(any(feature = "facade", feature = "log", feature = "trace"))]
pub(crate) use family::push_head;
#[cfg(feature = "artifacts")]
pub(crate) use float::canonical;
pub use format::Format;
pub(crate) use own::Target;
#[cfg(any(feature = "facade", feature = "log", feature = "trace"))]
pub(crate) use own::push_sample;
#[cfg(feature = "facade")]
pub(crate) use page::ForeignFamilies;
pub use page::{Page, Pieces};
