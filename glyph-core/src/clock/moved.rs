//! A clock that a test moves.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use super::{CLOCK, Now, ProcessClock};
use crate::{
    isolation::{self, CaptureState, Isolated},
    sync::lock,
};

/// The clock of a capture. It starts at zero when the capture does.
#[derive(Debug)]
pub struct Clock {
    /// Never that of the process.
    number: u64,
    started: Instant,
    moved: Mutex<Moved>,
}

#[derive(Debug)]
struct Moved {
    by: Duration,
    frozen_at: Option<Duration>,
}

impl Clock {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(Now::PROCESS + 1);
        Self {
            number: NEXT.fetch_add(1, Relaxed),
            started: Instant::now(),
            moved: Mutex::new(Moved {
                by: Duration::ZERO,
                frozen_at: None,
            }),
        }
    }

    /// Moves the clock forward, whether it is frozen or not.
    pub fn advance(&self, by: Duration) {
        let mut moved = self.moved();
        moved.by = moved.by.saturating_add(by);
    }

    /// The time since the capture started, plus the time by which it was advanced.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        let moved = self.moved();
        let passed = moved.frozen_at.unwrap_or_else(|| self.started.elapsed());
        passed.saturating_add(moved.by)
    }

    pub(crate) fn freeze(&self) {
        let passed = self.started.elapsed();
        self.moved().frozen_at.get_or_insert(passed);
    }

    fn moved(&self) -> MutexGuard<'_, Moved> {
        lock(&self.moved)
    }

    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn now(&self) -> Now {
        Now {
            clock: self.number,
            nanoseconds: u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX),
        }
    }
}

impl Isolated for ProcessClock {
    type Captured = Clock;

    fn fresh(&self) -> Clock {
        Clock::new()
    }
}

/// Returns the clock of a capture. The first call starts it.
pub(crate) fn of(capture: &CaptureState) -> Arc<Clock> {
    capture.of(&CLOCK)
}

/// Returns the clock of the capture that is current on this thread.
#[inline]
pub(super) fn current() -> Option<Arc<Clock>> {
    isolation::captured(&CLOCK)
}

/// Returns the nanoseconds from one moment to the other, if they are of the same clock.
pub(super) fn between(earlier: Option<Now>, later: Option<Now>) -> Option<u64> {
    let (earlier, later) = earlier.zip(later)?;
    let passed = || later.nanoseconds.saturating_sub(earlier.nanoseconds);
    (later.clock == earlier.clock).then(|| passed().min(i64::MAX.unsigned_abs()))
}
