//! What has been recorded, as it leaves the process: the page that Prometheus and OpenMetrics define, and OTLP.

mod escape;
mod family;
mod float;
#[cfg(any(feature = "metrics", feature = "otlp-grpc", feature = "otlp-http"))]
#[cfg_attr(
    not(feature = "metrics"),
    expect(
        dead_code,
        reason = "without another recorder nothing of it is written"
    )
)]
pub(crate) mod foreign;
mod format;
mod negotiate;
mod own;
mod page;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub mod push;

#[cfg(any(feature = "metrics", feature = "log", feature = "trace"))]
pub(crate) use family::push_head;
pub use format::Format;
pub(crate) use own::Target;
#[cfg(feature = "metrics")]
pub(crate) use own::is_reserved;
#[cfg(any(feature = "metrics", feature = "log", feature = "trace"))]
pub(crate) use own::push_sample;
pub(crate) use page::ForeignFamilies;
pub use page::{Page, Pieces};
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
#[doc(no_inline)]
pub use push as otlp;
