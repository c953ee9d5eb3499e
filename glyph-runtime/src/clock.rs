//! The clock of stages: the processor's cycle counter, calibrated once.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use quanta::Clock;

#[cfg(feature = "testing")]
use crate::testing::CapturedMoment;

static CLOCK: OnceLock<Clock> = OnceLock::new();

fn clock() -> &'static Clock {
    CLOCK.get_or_init(Clock::new)
}

/// Calibrates the clock, so that the first stage does not pay for it.
pub(crate) fn calibrate() {
    clock();
}

/// Nanoseconds of the process's clock, since some moment in the past.
pub(crate) fn nanoseconds() -> u64 {
    let clock = clock();
    clock.delta_as_nanos(0, clock.raw())
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
    /// That of a call which has not begun.
    pub(crate) const UNKNOWN: Self = Self {
        raw: 0,
        #[cfg(feature = "testing")]
        captured: None,
    };

    #[inline]
    pub(crate) fn now() -> Self {
        Self {
            raw: clock().raw(),
            #[cfg(feature = "testing")]
            captured: CapturedMoment::now(),
        }
    }

    #[inline]
    pub(crate) fn nanoseconds_since(self, earlier: Self) -> u64 {
        #[cfg(feature = "testing")]
        if let Some(elapsed) = CapturedMoment::between(earlier.captured, self.captured) {
            return elapsed;
        }
        clock().delta_as_nanos(earlier.raw, self.raw)
    }

    /// The reading of the cycle counter.
    pub(crate) const fn cycles(self) -> u64 {
        self.raw
    }

    /// When the cycle counter was at `cycles`, by the system's clock as it is now.
    pub(crate) fn system_time(cycles: u64) -> SystemTime {
        let clock = clock();
        let ago = Duration::from_nanos(clock.delta_as_nanos(cycles, clock.raw()));
        let now = SystemTime::now();
        now.checked_sub(ago).unwrap_or(now)
    }
}
