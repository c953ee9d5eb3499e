//! The clock of stages: the processor's cycle counter, calibrated once.

use std::sync::OnceLock;

use quanta::Clock;

static CLOCK: OnceLock<Clock> = OnceLock::new();

fn clock() -> &'static Clock {
    CLOCK.get_or_init(Clock::new)
}

/// Calibrates the clock, so that the first stage does not pay for it.
#[cfg(feature = "prometheus")]
pub(crate) fn calibrate() {
    clock();
}

/// A moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(u64);

impl Moment {
    #[inline]
    pub(crate) fn now() -> Self {
        Self(clock().raw())
    }

    #[inline]
    pub(crate) fn elapsed_nanoseconds(self) -> u64 {
        let clock = clock();
        clock.delta_as_nanos(self.0, clock.raw())
    }
}
