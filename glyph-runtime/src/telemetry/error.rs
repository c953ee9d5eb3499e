//! What can go wrong, each saying what to do.

use std::{fmt, time::Duration};

#[cfg(feature = "admin")]
use crate::{
    admin::{AddressError, BindError},
    health::DuplicateCheck,
};
use crate::{catalog::CatalogClash, config::ConfigError};

/// Why [`TelemetryBuilder::build`](crate::TelemetryBuilder::build) has nothing to give.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Two catalogs declare the same metric.
    #[error(transparent)]
    Catalog(#[from] CatalogClash),
    /// Two checks have one name.
    #[cfg(feature = "admin")]
    #[error(transparent)]
    Check(#[from] DuplicateCheck),
    /// A variable or an argument has a value that it cannot have.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Spans cannot be taken where they are to go.
    #[cfg(feature = "trace")]
    #[error(transparent)]
    Traces(#[from] crate::trace::TraceError),
    /// Metrics cannot be pushed.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    #[error("metrics cannot be pushed: {0}")]
    Metrics(#[source] crate::trace::TraceError),
    /// Log records cannot be sent.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    #[error("log records cannot be sent: {0}")]
    LogRecords(#[from] crate::log::export::ExportError),
    /// The log or the audit trail cannot be written.
    #[cfg(feature = "log")]
    #[error(transparent)]
    Log(#[from] crate::log::LogError),
}

/// Why [`TelemetryBuilder::install`](crate::TelemetryBuilder::install) has installed nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The parts do not fit together.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// An environment variable does not name an address.
    #[cfg(feature = "admin")]
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The admin listener has no port.
    #[cfg(feature = "admin")]
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Another recorder of the `metrics` crate is there already.
    #[cfg(feature = "metrics")]
    #[error(
        "a recorder for the `metrics` crate is installed already: install glyph first and only once, or leave \
         the facade out with `.without_facade()`"
    )]
    RecorderInstalled,
    /// Another subscriber of `tracing` is there already.
    #[cfg(any(feature = "trace", feature = "log"))]
    #[error(
        "a `tracing` subscriber is installed already: install glyph first and only once, give it your layers with \
         `.layer(..)`, or leave the subscriber out with `.without_subscriber()` and put `telemetry.layers()` on yours"
    )]
    SubscriberInstalled,
    /// A thread could not be started.
    #[cfg(feature = "metrics")]
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// What [`Telemetry::shutdown`](crate::Telemetry::shutdown) could not end in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ShutdownError {
    /// Each of them, at least one.
    pub unfinished: Vec<Unfinished>,
    /// How long they were given together.
    pub deadline: Duration,
}

/// One thing that was not ended in time, and what is lost with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfinished {
    /// A shutdown that began before, was given more time, and goes on.
    Shutdown,
    /// Responses of the admin listener, which are cut off.
    Listener,
    /// Spans that were not exported.
    #[cfg(feature = "trace")]
    Traces(crate::trace::Unflushed),
    /// Data points of the last push of metrics that did not arrive.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    Metrics(crate::expose::otlp::Unpushed),
    /// Log records that did not arrive at the collector.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    LogRecords(crate::log::export::Unsent),
    /// Lines of the log or of the audit trail that were not written.
    #[cfg(feature = "log")]
    Log(crate::log::Unwritten),
}

impl fmt::Display for ShutdownError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the shutdown was cut short after {:?}",
            self.deadline
        )?;
        for (index, unfinished) in self.unfinished.iter().enumerate() {
            let before = if index == 0 { ": " } else { "; " };
            write!(formatter, "{before}{unfinished}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shutdown => {
                formatter.write_str("a shutdown that began before is still under way")
            }
            Self::Listener => {
                formatter.write_str("responses of the admin listener were still under way")
            }
            #[cfg(feature = "trace")]
            Self::Traces(unflushed) => write!(formatter, "{unflushed}"),
            #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
            Self::Metrics(unpushed) => write!(formatter, "{unpushed}"),
            #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
            Self::LogRecords(unsent) => write!(formatter, "{unsent}"),
            #[cfg(feature = "log")]
            Self::Log(unwritten) => write!(formatter, "{unwritten}"),
        }
    }
}
