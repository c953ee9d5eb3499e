//! The clock of stages: the processor's cycle counter, calibrated once.

use std::sync::OnceLock;

use quanta::Clock;

#[cfg(feature = "testing")]
use crate::testing::CapturedMoment;

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
pub(crate) struct Moment {
    raw: u64,
    /// The moment by the clock of the capture that was current on the thread.
    #[cfg(feature = "testing")]
    captured: Option<CapturedMoment>,
}

impl Moment {
    #[inline]
    pub(crate) fn now() -> Self {
        Self {
            raw: clock().raw(),
            #[cfg(feature = "testing")]
            captured: CapturedMoment::now(),
        }
    }

    #[inline]
    pub(crate) fn elapsed_nanoseconds(self) -> u64 {
        #[cfg(feature = "testing")]
        if let Some(elapsed) = self.captured.and_then(CapturedMoment::elapsed_nanoseconds) {
            return elapsed;
        }
        let clock = clock();
        clock.delta_as_nanos(self.raw, clock.raw())
    }
}
