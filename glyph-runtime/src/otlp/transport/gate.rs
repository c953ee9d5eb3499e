//! Pauses that hold for everything that goes to one collector.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use super::{Endpoint, failure::Kind};
use crate::{
    export::{ExportFailure, flushes::Flush},
    otlp::{OtlpSettings, TlsSettings},
};
use glyph_core::__runtime::lock;

/// The first pause. Each further failure in a row doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The time between two log lines of one kind.
const INTERVAL: Duration = Duration::from_secs(60);

/// The gates of all collectors that this process exports to.
static GATES: Mutex<Vec<(Destination, Weak<Gate>)>> = Mutex::new(Vec::new());

/// Requests with the same destination share a gate.
#[derive(Debug, PartialEq, Eq)]
struct Destination {
    authority: String,
    tls: TlsSettings,
}

/// Decides when the next request may leave.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<GateState>,
    /// The failure that closed it last, for those who wait without an attempt of their own.
    cause: Mutex<Option<ExportFailure>>,
    /// When each kind of failure was logged last.
    logged: Mutex<[Option<Instant>; Kind::COUNT]>,
}

#[derive(Clone, Copy, Debug, Default)]
struct GateState {
    /// Failures in a row.
    failures: u32,
    failed_at: Option<Instant>,
    /// The end of the pause after the last failure.
    pause: Option<Instant>,
    asked: Option<Asked>,
}

/// A pause that the collector asked for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    at: Instant,
    until: Instant,
}

impl Gate {
    /// Returns the gate of a collector.
    pub(super) fn of(settings: &OtlpSettings, endpoint: &Endpoint) -> Arc<Self> {
        let destination = Destination {
            authority: endpoint.authority(),
            tls: settings.tls.clone(),
        };
        let mut gates = lock(&GATES);
        gates.retain(|(_, gate)| gate.strong_count() > 0);
        let known = gates.iter().find(|(known, _)| *known == destination);
        if let Some(gate) = known.and_then(|(_, gate)| gate.upgrade()) {
            return gate;
        }
        let gate = Arc::new(Self::default());
        gates.push((destination, Arc::downgrade(&gate)));
        gate
    }

    /// Starts a pause after a failed attempt, which grows with the failures in a row.
    ///
    /// Attempts that failed at the same time count as one.
    pub(super) fn failed(&self, began: Instant, asked: Option<Duration>) {
        let now = Instant::now();
        let mut state = lock(&self.state);
        if state.failed_at.is_none_or(|at| at <= began) {
            state.failures = state.failures.saturating_add(1);
        }
        state.failed_at = Some(now);
        let pause = now + jittered(pause_after(state.failures));
        state.pause = state.pause.max(Some(pause));
        if let Some(asked) = asked {
            let until = now + asked;
            let earlier = state.asked.filter(|earlier| earlier.until > until);
            state.asked = Some(Asked {
                at: now,
                until: earlier.map_or(until, |earlier| earlier.until),
            });
        }
    }

    pub(super) fn closed_by(&self, failure: Option<ExportFailure>) {
        *lock(&self.cause) = failure;
    }

    pub(super) fn cause(&self) -> Option<ExportFailure> {
        lock(&self.cause).clone()
    }

    /// Returns whether a failure of this kind is to be logged: one a minute, of all signals.
    pub(super) fn is_due(&self, kind: Kind) -> bool {
        let now = Instant::now();
        let mut logged = lock(&self.logged);
        let Some(last) = logged.get_mut(kind as usize) else {
            return false;
        };
        let is_due = last.is_none_or(|at| now.duration_since(at) >= INTERVAL);
        if is_due {
            *last = Some(now);
        }
        is_due
    }

    pub(super) fn succeeded(&self) {
        lock(&self.state).failures = 0;
    }

    /// Returns the moment of the next request, which has passed if the gate is open.
    ///
    /// A flush begins with the first pause again. It waits for a pause that the collector asked for
    /// only if the pause ends before the flush. Otherwise the flush tries once.
    pub(super) fn opening(&self, flush: Option<Flush>) -> Option<Instant> {
        let state = *lock(&self.state);
        let Some(flush) = flush else {
            return state.pause.max(state.asked.map(|asked| asked.until));
        };
        let pause = match state.failed_at {
            Some(at) if at < flush.begun => state.pause.min(Some(at + FIRST_PAUSE)),
            _ => state.pause,
        };
        let is_kept =
            |asked: &Asked| asked.at >= flush.begun || asked.until < Instant::from(flush.deadline);
        pause.max(state.asked.filter(is_kept).map(|asked| asked.until))
    }
}

fn pause_after(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(8);
    (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

/// Returns the pause and up to a quarter of it, so that many processes do not retry at the same
/// moment.
fn jittered(pause: Duration) -> Duration {
    let part = RandomState::new().build_hasher().finish() % 256;
    pause + pause / 1024 * part as u32
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Gate, Kind, pause_after};
    use crate::export::{Deadline, flushes::Flush};

    const SECOND: Duration = Duration::from_secs(1);

    fn after(gate: &Gate, flush: Option<Flush>) -> Option<Duration> {
        let opening = gate.opening(flush)?;
        Some(opening.saturating_duration_since(Instant::now()))
    }

    fn flush(limit: Duration) -> Flush {
        Flush {
            begun: Instant::now(),
            deadline: Deadline::after(limit),
        }
    }

    #[test]
    fn pause_doubles_up_to_its_limit() {
        let pauses = [1, 2, 3, 4, 99].map(|failures| pause_after(failures).as_secs());
        assert_eq!(pauses, [1, 2, 4, 5, 5]);
    }

    #[test]
    fn longer_of_both_pauses_counts() {
        for (asked, at_least) in [(0, SECOND * 9 / 10), (60, SECOND * 59)] {
            let gate = Gate::default();
            assert_eq!(gate.opening(None), None);
            gate.failed(Instant::now(), Some(SECOND * asked));
            let pause = after(&gate, None).unwrap_or_default();
            assert!(pause > at_least, "{pause:?}");
        }
    }

    #[test]
    fn each_kind_is_due_once_a_minute() {
        let gate = Gate::default();
        assert!(gate.is_due(Kind::Timeout));
        assert!(!gate.is_due(Kind::Timeout));
        assert!(gate.is_due(Kind::Unreadable));
    }

    #[test]
    fn attempts_that_fail_together_count_once() {
        let gate = Gate::default();
        let began = Instant::now();
        for _ in 0..3 {
            gate.failed(began, None);
        }
        assert!(after(&gate, None) < Some(SECOND * 3 / 2));
        gate.failed(Instant::now(), None);
        assert!(after(&gate, None) > Some(SECOND * 3 / 2));
    }

    #[test]
    fn flush_ignores_a_longer_pause_once() {
        let gate = Gate::default();
        gate.failed(Instant::now(), Some(SECOND * 60));
        let short = Some(flush(SECOND * 5));
        assert!(after(&gate, short) < Some(SECOND * 2));
        assert!(after(&gate, Some(flush(SECOND * 90))) > Some(SECOND * 50));
        gate.failed(Instant::now(), Some(SECOND * 60));
        assert!(after(&gate, short) > Some(SECOND * 50));
    }

    #[test]
    fn flush_begins_with_the_first_pause_again() {
        let gate = Gate::default();
        for _ in 0..4 {
            gate.failed(Instant::now(), None);
        }
        assert!(after(&gate, None) > Some(SECOND * 4));
        let flush = Some(flush(SECOND * 5));
        assert!(after(&gate, flush) <= Some(SECOND));
        gate.failed(Instant::now(), None);
        assert!(after(&gate, flush) > Some(SECOND * 4));
    }
}
