//! Errors of building, installing and shutting down.

use std::{error::Error, fmt, time::Duration};

use crate::{
    catalog::CatalogClash,
    config::ConfigError,
    export::{Undelivered, UndeliveredPart},
};

/// Errors returned by [`TelemetryBuilder::build`](crate::TelemetryBuilder::build).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Two catalogs declare the same metric.
    #[error(transparent)]
    Catalog(#[from] CatalogClash),
    /// A variable or a command-line argument is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A signal could not start.
    #[error("cannot start {signal}: {source}")]
    Signal {
        /// The signal: `traces`, `metrics`, `log records`, `log`, `metrics recorder` or
        /// `admin listener`.
        signal: &'static str,
        /// The error of the signal, such as a [`BindError`](crate::admin::BindError).
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Errors returned by [`TelemetryBuilder::install`](crate::TelemetryBuilder::install).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// The telemetry could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// A signal cannot be installed in this process.
    #[error("cannot install {signal}: {source}")]
    Signal {
        /// The signal, as in [`BuildError::Signal`].
        signal: &'static str,
        /// The error of the signal, such as an [`AddressError`](crate::admin::AddressError).
        source: Box<dyn Error + Send + Sync>,
    },
    /// Another recorder of the `metrics` crate is installed.
    #[error(
        "a recorder of the `metrics` crate is already installed: install glyph first and only once, or add \
         `.without_facade()`"
    )]
    RecorderInstalled,
    /// Another `tracing` subscriber is installed.
    #[error(
        "a `tracing` subscriber is already installed: install glyph first and only once and pass your layers to \
         `.layer(..)`, or add `.without_subscriber()` and put `telemetry.layers()` on your subscriber"
    )]
    SubscriberInstalled,
}

/// An error of [`Telemetry::shutdown`](crate::Telemetry::shutdown): the deadline passed first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ShutdownError {
    /// The parts that were not delivered. Empty if an earlier shutdown is still running.
    ///
    /// A part with the destination `admin` is a response of the admin listener, which was cut off.
    pub undelivered: Vec<UndeliveredPart>,
    /// The deadline of the shutdown.
    pub deadline: Duration,
}

impl ShutdownError {
    /// Returns the error of a shutdown whose deadline ended before that of an earlier one.
    pub(super) fn still_running(deadline: Duration) -> Self {
        Self {
            undelivered: Vec::new(),
            deadline,
        }
    }
}

impl From<Undelivered> for ShutdownError {
    fn from(undelivered: Undelivered) -> Self {
        Self {
            undelivered: undelivered.parts,
            deadline: undelivered.deadline,
        }
    }
}

impl fmt::Display for ShutdownError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "shutdown timed out after {:?}", self.deadline)?;
        if self.undelivered.is_empty() {
            return formatter.write_str(": an earlier shutdown is still running");
        }
        for (index, part) in self.undelivered.iter().enumerate() {
            let separator = if index == 0 { ": " } else { "; " };
            write!(formatter, "{separator}{part}")?;
        }
        Ok(())
    }
}
