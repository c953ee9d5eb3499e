//! The system time, read with the cycle counter.

use std::time::{Duration, SystemTime};

use glyph_core::__runtime::Moment;

/// The nanoseconds after which a thread reads the system time again. In that time the two clocks
/// drift apart by less than a nanosecond, and a clock that was set is followed.
const VALID_FOR: u64 = 500_000;

/// The most nanoseconds between the readings of the cycle counter before and after that of the
/// system time. There are more if the thread has lost the processor in between.
const CLOSE: u64 = 1000;

/// The system time at some moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StartClock(Option<(Moment, SystemTime)>);

impl StartClock {
    /// Returns the system time of a moment that has just passed.
    pub(super) fn time_of(&mut self, moment: Moment) -> SystemTime {
        if let Some((known, time)) = self.0 {
            let since = moment.process_nanoseconds_since(known);
            if since < VALID_FOR {
                return time + Duration::from_nanos(since);
            }
        }
        self.read()
    }

    /// Returns the system time, and keeps it if it is known to which moment it belongs.
    fn read(&mut self) -> SystemTime {
        let before = Moment::now();
        let time = SystemTime::now();
        let between = Moment::now().process_nanoseconds_since(before);
        self.0 = (between < CLOSE).then_some((before, time));
        time
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use glyph_core::__runtime::Moment;

    use super::StartClock;

    #[test]
    fn time_of_a_moment_is_between_readings_of_the_system_time() {
        let mut clock = StartClock::default();
        // The two clocks are read one after the other.
        let close = Duration::from_micros(10);
        for _ in 0..100_000 {
            let before = SystemTime::now();
            let time = clock.time_of(Moment::now());
            let after = SystemTime::now();
            assert!(before <= time + close, "{before:?} and {time:?}");
            assert!(time <= after + close, "{time:?} and {after:?}");
        }
    }
}
