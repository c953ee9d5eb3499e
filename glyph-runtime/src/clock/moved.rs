//! A clock that a test moves.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use crate::testing::current;

/// The clock of a capture. It starts at zero when the capture does.
#[derive(Debug)]
pub struct Clock {
    id: u64,
    started: Instant,
    moved: Mutex<Moved>,
}

#[derive(Debug)]
struct Moved {
    by: Duration,
    frozen_at: Option<Duration>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            started: Instant::now(),
            moved: Mutex::new(Moved {
                by: Duration::ZERO,
                frozen_at: None,
            }),
        }
    }

    /// Moves the clock on, be it frozen or not.
    pub fn advance(&self, by: Duration) {
        let mut moved = self.moved();
        moved.by = moved.by.saturating_add(by);
    }

    /// What the clock shows: the time since the capture started, and by how much it was advanced.
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
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn nanoseconds(&self) -> u64 {
        u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// The number of the clock that is current on this thread, never zero, and the nanoseconds that it shows.
pub(crate) fn clock() -> Option<(u64, u64)> {
    let capture = current()?;
    let clock = capture.clock();
    Some((clock.id + 1, clock.nanoseconds()))
}

/// A moment by the clock of a capture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CapturedMoment {
    /// The clock's number: a moment means nothing to another clock.
    clock: u64,
    nanoseconds: u64,
}

impl CapturedMoment {
    /// The moment by the clock that is current on this thread, if there is one.
    pub(crate) fn now() -> Option<Self> {
        let capture = current()?;
        let clock = capture.clock();
        Some(Self {
            clock: clock.id,
            nanoseconds: clock.nanoseconds(),
        })
    }

    /// The time from one to the other, if they are of the same clock.
    pub(crate) fn between(earlier: Option<Self>, later: Option<Self>) -> Option<u64> {
        let (earlier, later) = earlier.zip(later)?;
        (later.clock == earlier.clock)
            .then(|| later.nanoseconds.saturating_sub(earlier.nanoseconds))
    }
}
