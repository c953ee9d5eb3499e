//! Errors of building and installing.

use std::error::Error;

use crate::config::ConfigError;
use glyph_core::catalog::{CatalogClash, RegistryError, ViewError};

/// Errors returned by [`TelemetryBuilder::build`](crate::TelemetryBuilder::build).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Two catalogs declare the same metric.
    #[error(transparent)]
    Catalog(#[from] CatalogClash),
    /// A view does not fit its catalog.
    #[error(transparent)]
    View(#[from] ViewError),
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

impl From<RegistryError> for BuildError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Clash(clash) => Self::Catalog(clash),
            RegistryError::View(view) => Self::View(view),
        }
    }
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
