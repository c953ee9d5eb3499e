//! Isolation without the feature `testing`: all code uses the state of the process.

/// The state of the process.
pub(crate) type Current<'process, T> = &'process T;

/// Returns `process`, since nothing captures without the feature `testing`.
#[inline]
pub(crate) const fn current<T>(process: &T) -> Current<'_, T> {
    process
}

/// Stands for the capture that was current when this was created. Without the feature `testing`
/// there are no captures, so it is empty.
#[derive(Clone, Debug)]
pub(crate) struct Surrounding;

impl Surrounding {
    pub(crate) const fn current() -> Self {
        Self
    }

    #[expect(
        clippy::unused_self,
        reason = "with the feature `testing` it compares captures"
    )]
    pub(crate) const fn is(&self, _: &Self) -> bool {
        true
    }

    #[expect(
        clippy::unused_self,
        reason = "with the feature `testing` it enters a capture"
    )]
    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }
}
