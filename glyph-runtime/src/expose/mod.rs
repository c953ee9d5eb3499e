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
pub(crate) mod external;
#[cfg(feature = "prometheus")]
mod format;
#[cfg(feature = "prometheus")]
mod negotiate;
#[cfg(feature = "_otlp")]
pub mod otlp;
#[cfg(feature = "prometheus")]
mod internal;
#[cfg(feature = "prometheus")]
mod exposition;

#[cfg(any(
    feature = "facade",
    all(feature = "prometheus", any(feature = "log", feature = "trace"))
))]
pub(crate) use family::push_head;
#[cfg(feature = "artifacts")]
pub(crate) use float::canonical;
#[cfg(feature = "prometheus")]
pub use format::Format;
#[cfg(feature = "prometheus")]
pub(crate) use internal::Target;
#[cfg(feature = "facade")]
pub(crate) use internal::is_reserved;
#[cfg(any(
    feature = "facade",
    all(feature = "prometheus", any(feature = "log", feature = "trace"))
))]
pub(crate) use internal::push_sample;
#[cfg(feature = "facade")]
pub(crate) use exposition::ForeignFamilies;
#[cfg(feature = "prometheus")]
pub use exposition::{Page, Pieces};
