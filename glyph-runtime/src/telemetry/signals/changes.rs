//! Changes that the program makes to settings.

/// Closures that change settings, in the order of the calls that added them.
pub(in crate::telemetry) struct Changes<T>(Vec<Change<T>>);

type Change<T> = Box<dyn FnOnce(&mut T) + Send>;

impl<T> Changes<T> {
    pub(in crate::telemetry) fn push(&mut self, change: impl FnOnce(&mut T) + Send + 'static) {
        self.0.push(Box::new(change));
    }

    pub(in crate::telemetry) fn apply(self, settings: &mut T) {
        for change in self.0 {
            change(settings);
        }
    }
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
