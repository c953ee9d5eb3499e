//! Deadlines.

use std::time::{Duration, Instant};

/// The time after which a deadline is for a limit that `Instant` cannot hold: a year.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// The time limit for the last items when a pipeline or a telemetry is dropped without a shutdown.
pub(crate) const DROP_DEADLINE: Duration = Duration::from_secs(1);

/// The moment at which a time limit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// Returns the deadline after `limit`, or one in the far future if `Instant` cannot hold it.
    pub(crate) fn after(limit: Duration) -> Self {
        let now = Instant::now();
        Self(now.checked_add(limit).unwrap_or(now + FAR))
    }

    /// Returns the time that is left. It is zero from the deadline on.
    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

impl From<Deadline> for Instant {
    fn from(deadline: Deadline) -> Self {
        deadline.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Deadline;

    #[test]
    fn any_limit_has_a_deadline() {
        assert_eq!(Deadline::after(Duration::ZERO).left(), Duration::ZERO);
        assert!(Deadline::after(Duration::MAX).left() > Duration::from_secs(24 * 3600));
        assert!(Deadline::after(Duration::ZERO) < Deadline::after(Duration::MAX));
    }
}
