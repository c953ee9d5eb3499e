//! OTLP: settings of a collector, the resource, the transport, and an encoder for each signal.
//!
//! See the OpenTelemetry Protocol Specification 1.x. Spans, metrics and log records have
//! separate pipelines, which take [`OtlpSettings`].
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::{Telemetry, otlp::{OtlpSettings, Protocol}};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut collector = OtlpSettings::new("http://127.0.0.1:4318", Protocol::HttpProtobuf);
//! collector.timeout = Duration::from_secs(3);
//! let telemetry = Telemetry::builder("shop").traces(|traces| traces.otlp = Some(collector)).build()?;
//! # drop(telemetry);
//! # Ok(())
//! # }
//! ```

mod error;
pub(crate) mod instrumentation;
mod settings;

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod encoded;
#[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
pub(crate) mod logs;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(crate) mod metrics;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(crate) mod traces;
#[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
pub(crate) mod traces_missing;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod transport;
pub(crate) mod unique;

#[cfg(feature = "otlp-http")]
pub(crate) use self::transport::put;

#[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
pub(crate) use self::traces_missing as traces;
pub use self::{
    error::OtlpError,
    settings::{Compression, OtlpSettings, Protocol, ProxySettings, TlsSettings},
};
pub use crate::export::InvalidSetting;
pub(crate) use crate::resource::Resource;
