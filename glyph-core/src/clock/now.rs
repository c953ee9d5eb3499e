//! The time since some moment in the past, with the number of its clock.

#[cfg(feature = "testing")]
use super::moved;

/// A moment, by the clock of the process or of a capture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// The number of the clock: moments of two clocks cannot be compared.
    pub(crate) clock: u64,
    pub(crate) nanoseconds: u64,
}

impl Now {
    /// The number of the process's clock.
    pub(crate) const PROCESS: u64 = 0;

    /// Reads the clock that is current on this thread.
    pub(crate) fn current() -> Self {
        #[cfg(feature = "testing")]
        if let Some(clock) = moved::current() {
            return clock.now();
        }
        Self {
            clock: Self::PROCESS,
            nanoseconds: super::nanoseconds(),
        }
    }

    /// Returns the number of the clock that is current on this thread.
    pub(crate) fn current_clock() -> u64 {
        #[cfg(feature = "testing")]
        if let Some(clock) = moved::current() {
            return clock.number();
        }
        Self::PROCESS
    }
}
