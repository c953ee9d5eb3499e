//! OTLP (OpenTelemetry Protocol Specification 1.x): the transport, the resource, and the encoders of the signals.

#[cfg(all(feature = "log", feature = "_otlp"))]
pub(crate) mod logs;
#[cfg(feature = "_otlp")]
pub(crate) mod metrics;
pub(crate) mod resource;
#[cfg(feature = "_otlp")]
pub(crate) mod traces;
#[cfg(feature = "_otlp")]
mod transport;

#[cfg(feature = "_otlp")]
pub(crate) use transport::{Client, Signal};
