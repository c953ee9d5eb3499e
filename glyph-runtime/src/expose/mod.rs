//! What has been recorded, as it leaves the process: the page that Prometheus and OpenMetrics define, and OTLP.

#[cfg(feature = "prometheus")]
mod escape;
#[cfg(feature = "prometheus")]
mod family;
#[cfg(feature = "prometheus")]
mod float;
#[cfg(any(feature = "facade", all(feature = "prometheus", feature = "_otlp")))]
#[cfg_attr(
    not(feature = "facade"),
    expect(
        dead_code,
        reason = "without another recorder nothing of it is written"
    )
)]
pub(crate) mod foreign;
#[cfg(feature = "prometheus")]
mod format;
#[cfg(feature = "prometheus")]
mod negotiate;
#[cfg(feature = "prometheus")]
mod own;
#[cfg(feature = "prometheus")]
mod page;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub mod push;

#[cfg(any(
    feature = "facade",
    all(feature = "prometheus", any(feature = "log", feature = "trace"))
))]
pub(crate) use family::push_head;
#[cfg(feature = "prometheus")]
pub use format::Format;
#[cfg(feature = "prometheus")]
pub(crate) use own::Target;
#[cfg(feature = "facade")]
pub(crate) use own::is_reserved;
#[cfg(any(
    feature = "facade",
    all(feature = "prometheus", any(feature = "log", feature = "trace"))
))]
pub(crate) use own::push_sample;
#[cfg(feature = "facade")]
pub(crate) use page::ForeignFamilies;
#[cfg(feature = "prometheus")]
pub use page::{Page, Pieces};
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
#[doc(no_inline)]
pub use push as otlp;
