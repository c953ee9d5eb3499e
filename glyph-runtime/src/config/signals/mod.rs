//! The variables of each signal.

#[cfg(feature = "admin")]
mod admin;
#[cfg(feature = "cli")]
pub(super) mod args;
#[cfg(feature = "log")]
mod log;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod otlp;
#[cfg(feature = "trace")]
mod trace;

use super::{environment::Configuration, error::ConfigError, reading::Reading};

/// The variables of one signal.
pub(super) struct SignalVariables {
    /// Reads them into the configuration.
    pub(super) read: fn(&mut Reading<'_, '_>, &mut Configuration) -> Result<(), ConfigError>,
    /// Whether they are read if `OTEL_SDK_DISABLED` is set.
    pub(super) ignores_disabled: bool,
}

/// The signals of the enabled features. Log records have the log's filter, so they follow it.
pub(super) const SIGNALS: &[SignalVariables] = &[
    #[cfg(feature = "trace")]
    trace::VARIABLES,
    #[cfg(feature = "log")]
    log::VARIABLES,
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    otlp::metrics::VARIABLES,
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    otlp::log_records::VARIABLES,
    #[cfg(feature = "admin")]
    admin::VARIABLES,
];
