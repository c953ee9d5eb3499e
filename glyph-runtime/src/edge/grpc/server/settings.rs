//! The settings that only gRPC servers have.

use std::{fmt, time::Duration};

use super::ServerRecorder;

/// The settings that only gRPC servers have.
#[derive(Clone)]
pub struct GrpcServerSettings {
    pub(super) recorder: &'static dyn ServerRecorder,
    pub(super) timeout: Option<Duration>,
}

impl GrpcServerSettings {
    pub(super) fn new(recorder: &'static dyn ServerRecorder) -> Self {
        Self {
            recorder,
            timeout: None,
        }
    }
}

impl fmt::Debug for GrpcServerSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("GrpcServerSettings")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
