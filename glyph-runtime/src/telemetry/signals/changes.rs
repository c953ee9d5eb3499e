//! What the program changes of settings that the environment has filled.

/// Changes settings that the environment has filled.
pub(in crate::telemetry) type Change<T> = Box<dyn FnOnce(&mut T) + Send>;

/// Whether a signal that has another way out is pushed to a collector as well.
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(in crate::telemetry) enum Push<T> {
    /// If the environment asks for it.
    Environment,
    Changed(Vec<Change<T>>),
    Never,
}

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
impl<T> Push<T> {
    pub(in crate::telemetry) fn change(&mut self, change: Change<T>) {
        match self {
            Self::Changed(changes) => changes.push(change),
            Self::Environment | Self::Never => *self = Self::Changed(vec![change]),
        }
    }

    /// `begin` says what the program says of the whole process.
    pub(in crate::telemetry) fn settings(
        self,
        asked: Option<T>,
        unasked: Option<T>,
        begin: impl FnOnce(&mut T),
    ) -> Option<T> {
        let (settings, changes) = match self {
            Self::Environment => (asked, Vec::new()),
            Self::Changed(changes) => (asked.or(unasked), changes),
            Self::Never => (None, Vec::new()),
        };
        let mut settings = settings?;
        begin(&mut settings);
        for change in changes {
            change(&mut settings);
        }
        Some(settings)
    }
}
