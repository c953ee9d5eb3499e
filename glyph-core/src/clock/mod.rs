//! The clock of stages: the processor's cycle counter, calibrated once.

#[cfg(feature = "testing")]
pub(crate) mod moved;
mod now;

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use quanta::Clock;

pub(crate) use now::Now;

/// The clock of the process.
static CLOCK: ProcessClock = ProcessClock(OnceLock::new());

struct ProcessClock(OnceLock<Clock>);

#[inline]
fn clock() -> &'static Clock {
    CLOCK.0.get_or_init(Clock::new)
}

/// Calibrates the clock, so that the first stage does not wait for it.
#[doc(hidden)]
pub fn calibrate() {
    clock();
}

/// Nanoseconds of the process's clock, since some moment in the past.
fn nanoseconds() -> u64 {
    let clock = clock();
    clock.delta_as_nanos(0, clock.raw())
}

/// A moment.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    raw: u64,
    /// The moment by the clock of the capture that was current on the thread.
    #[cfg(feature = "testing")]
    captured: Option<Now>,
}

impl Moment {
    /// A placeholder for a call that has not begun.
    #[doc(hidden)]
    pub const UNKNOWN: Self = Self {
        raw: 0,
        #[cfg(feature = "testing")]
        captured: None,
    };

    /// Reads the cycle counter.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn now() -> Self {
        Self {
            raw: clock().raw(),
            #[cfg(feature = "testing")]
            captured: moved::current().map(|clock| clock.now()),
        }
    }

    /// Returns the nanoseconds since `earlier`. Both moments must be of the same clock.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn nanoseconds_since(self, earlier: Self) -> u64 {
        #[cfg(feature = "testing")]
        if let Some(elapsed) = moved::between(earlier.captured, self.captured) {
            return elapsed;
        }
        clock().delta_as_nanos(earlier.raw, self.raw)
    }

    /// The reading of the cycle counter.
    #[doc(hidden)]
    #[must_use]
    pub const fn cycles(self) -> u64 {
        self.raw
    }

    /// Returns the system time at which the cycle counter was at `cycles`, computed from the
    /// current system time.
    #[doc(hidden)]
    #[must_use]
    pub fn system_time(cycles: u64) -> SystemTime {
        let clock = clock();
        let ago = Duration::from_nanos(clock.delta_as_nanos(cycles, clock.raw()));
        let now = SystemTime::now();
        now.checked_sub(ago).unwrap_or(now)
    }
}
