//! The system time, read with the cycle counter.

use std::time::{Duration, SystemTime};

use glyph_core::__runtime::Moment;

/// The nanoseconds after which a thread reads the system time again. In that time the two clocks
/// drift apart by less than a nanosecond, and a clock that was set is followed.
const VALID_FOR: u64 = 500_000;

/// The system time at some moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct StartClock {
    moment: Moment,
    time: SystemTime,
}

impl StartClock {
    pub(super) fn new() -> Self {
        Self {
            moment: Moment::now(),
            time: SystemTime::now(),
        }
    }

    /// Returns the system time of a moment that has just passed.
    pub(super) fn time_of(&mut self, moment: Moment) -> SystemTime {
        let since = moment.process_nanoseconds_since(self.moment);
        if since > VALID_FOR {
            *self = Self::new();
            return self.time;
        }
        self.time + Duration::from_nanos(since)
    }
}
