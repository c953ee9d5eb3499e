//! The clock of stages: the processor's cycle counter, calibrated once.

#[cfg(feature = "testing")]
pub(crate) mod moved;
mod now;

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use quanta::Clock;

pub(crate) use now::Now;

/// The clock of the process.
static CLOCK: ProcessClock = ProcessClock(OnceLock::new());

struct ProcessClock(OnceLock<Clock>);

/// The nanoseconds of the system time at which the process's clock was zero, since the Unix epoch.
/// The two clocks drift apart, so each reader of exemplars measures it again.
static EPOCH: AtomicU64 = AtomicU64::new(0);

#[inline]
fn clock() -> &'static Clock {
    CLOCK.0.get_or_init(|| {
        let clock = Clock::new();
        align(&clock);
        clock
    })
}

/// How often both clocks are read for one measurement. The closest pair counts: between two readings
/// the thread may lose the processor for milliseconds.
const READINGS: u32 = 3;

/// Measures [`EPOCH`].
fn align(clock: &Clock) {
    let readings = (0..READINGS).map(|_| {
        let before = clock.raw();
        let unix = SystemTime::now();
        (clock.delta_as_nanos(before, clock.raw()), before, unix)
    });
    if let Some((_, before, unix)) = readings.min_by_key(|(between, ..)| *between) {
        let passed = clock.delta_as_nanos(0, before);
        let unix = unix.duration_since(UNIX_EPOCH);
        let unix = unix.map_or(0, |unix| u64::try_from(unix.as_nanos()).unwrap_or(u64::MAX));
        EPOCH.store(unix.wrapping_sub(passed), Relaxed);
    }
}

/// Aligns the process's clock with the system time, for moments that are kept from now on.
pub(crate) fn synchronize() {
    align(clock());
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

    /// Whether it is a reading, and not [`UNKNOWN`](Self::UNKNOWN).
    #[inline]
    pub(crate) const fn is_known(self) -> bool {
        self.raw != 0
    }

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

    /// Returns the nanoseconds since `earlier` by the clock of the process, whichever a capture has.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn process_nanoseconds_since(self, earlier: Self) -> u64 {
        clock().delta_as_nanos(earlier.raw, self.raw)
    }

    /// The reading of the cycle counter.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub const fn cycles(self) -> u64 {
        self.raw
    }

    /// Returns the system time of the moment, in nanoseconds since the Unix epoch. Keep the result:
    /// a later call returns another one if the clocks drifted apart.
    pub(crate) fn unix_nanoseconds(self) -> u64 {
        let passed = clock().delta_as_nanos(0, self.raw);
        EPOCH.load(Relaxed).wrapping_add(passed)
    }
}
