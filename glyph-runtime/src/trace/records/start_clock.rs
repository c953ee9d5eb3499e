//! The system time, read with the cycle counter.

use std::time::{SystemTime, UNIX_EPOCH};

use glyph_core::__runtime::Moment;

/// The nanoseconds after which a thread reads the system time again. In that time the two clocks
/// drift apart by less than a nanosecond, and a clock that was set is followed.
const VALID_FOR: u64 = 500_000;

/// The nanoseconds between the readings of the cycle counter before and after that of the system time,
/// on a machine whose clocks are quick.
const CLOSE: u64 = 1000;

/// The system time at some moment, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct StartClock {
    known: Option<(Moment, u64)>,
    /// The most nanoseconds between the two readings of the cycle counter. There are more if the
    /// thread has lost the processor in between.
    close: u64,
}

impl Default for StartClock {
    fn default() -> Self {
        Self {
            known: None,
            close: CLOSE,
        }
    }
}

impl StartClock {
    /// Returns the system time of a moment that has just passed.
    #[inline]
    pub(super) fn time_of(&mut self, moment: Moment) -> u64 {
        if let Some((known, time)) = self.known {
            let since = moment.process_nanoseconds_since(known);
            if since < VALID_FOR {
                return time.saturating_add(since);
            }
        }
        self.read()
    }

    /// Returns the system time, and keeps it if it is known to which moment it belongs.
    #[cold]
    fn read(&mut self) -> u64 {
        let before = Moment::now();
        let time = unix_nanoseconds(SystemTime::now());
        let between = Moment::now().process_nanoseconds_since(before);
        // The clocks of some machines are slow each time.
        self.close = if between < self.close {
            self.known = Some((before, time));
            CLOSE.max(between.saturating_mul(2))
        } else {
            self.known = None;
            self.close.saturating_mul(2)
        };
        time
    }
}

/// Zero before the Unix epoch.
fn unix_nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use glyph_core::__runtime::Moment;

    use super::{StartClock, unix_nanoseconds};

    #[test]
    fn time_of_a_moment_is_between_readings_of_the_system_time() {
        let mut clock = StartClock::default();
        // The two clocks are read one after the other.
        let close = 10_000;
        for _ in 0..100_000 {
            let before = unix_nanoseconds(SystemTime::now());
            let time = clock.time_of(Moment::now());
            let after = unix_nanoseconds(SystemTime::now());
            assert!(before <= time + close, "{before} and {time}");
            assert!(time <= after + close, "{time} and {after}");
        }
    }
}
