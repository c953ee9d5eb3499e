//! The signals of a telemetry.

#[cfg(feature = "admin")]
pub(super) mod admin;
#[cfg(any(feature = "trace", feature = "log"))]
pub(super) mod changes;
#[cfg(feature = "trace")]
pub(super) mod traces;
