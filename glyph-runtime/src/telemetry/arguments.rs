//! The command line.

use super::TelemetryBuilder;
use crate::config::TelemetryArgs;

impl TelemetryBuilder {
    /// Sets what the command line sets. It counts more than the environment and the program.
    pub fn arguments(mut self, arguments: TelemetryArgs) -> Self {
        self.overrides
            .push(move |configuration| configuration.apply(&arguments));
        self
    }
}
