//! Metrics and log records that are exported to an OTLP collector.

#[cfg(feature = "log")]
pub(super) mod log_records;
pub(super) mod metrics;

use super::Changes;

/// Whether a signal is exported.
enum Push<T> {
    /// If the environment asks for it.
    Environment,
    /// Always, with the program's changes.
    Changed(Changes<T>),
    Never,
}

impl<T> Push<T> {
    fn change(&mut self, change: impl FnOnce(&mut T) + Send + 'static) {
        let mut changes = match std::mem::replace(self, Self::Never) {
            Self::Changed(changes) => changes,
            Self::Environment | Self::Never => Changes::default(),
        };
        changes.push(change);
        *self = Self::Changed(changes);
    }

    /// Returns the settings to export with, if any. `begin` runs before the program's changes.
    ///
    /// The environment has read `asked` if it asks for the export, and `unasked` if it does not.
    fn settings(
        self,
        asked: Option<T>,
        unasked: Option<T>,
        begin: impl FnOnce(&mut T),
    ) -> Option<T> {
        let (settings, changes) = match self {
            Self::Environment => (asked, Changes::default()),
            Self::Changed(changes) => (asked.or(unasked), changes),
            Self::Never => (None, Changes::default()),
        };
        let mut settings = settings?;
        begin(&mut settings);
        changes.apply(&mut settings);
        Some(settings)
    }
}
