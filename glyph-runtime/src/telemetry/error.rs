//! What can go wrong, each saying what to do.

use crate::catalog::CatalogClash;
#[cfg(feature = "admin")]
use crate::{
    admin::{AddressError, BindError},
    health::DuplicateCheck,
};

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
    #[cfg(feature = "facade")]
    #[error(
        "a recorder for the `metrics` crate is installed already: install glyph first and only once, or leave \
         the facade out with `.without_facade()`"
    )]
    RecorderInstalled,
    /// A thread could not be started.
    #[cfg(feature = "facade")]
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// What [`Telemetry::shutdown`](crate::Telemetry::shutdown) could not end in time.
#[cfg(feature = "admin")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShutdownError {
    /// Responses of the admin listener.
    #[error(
        "responses of the admin listener were still under way after {0:?} and have been cut off"
    )]
    Listener(std::time::Duration),
}
