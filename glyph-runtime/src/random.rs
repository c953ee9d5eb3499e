//! Random ids.

use std::{cell::Cell, process};

use glyph_core::__runtime::Moment;
#[cfg(feature = "trace")]
use opentelemetry::{SpanId, TraceId};
#[cfg(feature = "trace")]
use opentelemetry_sdk::trace::IdGenerator;

/// The cycles after which the generator asks again whether the process was forked: some hundred
/// microseconds, because asking is a system call. The counter of aarch64 may have only 24 MHz.
const CHECKED_FOR: u64 = if cfg!(target_arch = "aarch64") {
    1 << 13
} else {
    1 << 20
};

thread_local! {
    /// Without a destructor, so that it can be used as long as the thread runs.
    static STATE: Cell<State> = const { Cell::new(State::NONE) };
}

/// The state of a thread's generator: xoroshiro128++ of Blackman and Vigna.
#[derive(Clone, Copy, Debug)]
struct State {
    words: [u64; 2],
    process: u32,
    /// The cycles at which the process was known to be this one.
    checked: u64,
}

impl State {
    const NONE: Self = Self {
        words: [0; 2],
        process: 0,
        checked: 0,
    };

    /// Without the random numbers of the system, the clock and the process are all that differs.
    #[cold]
    fn seeded(process: u32, cycles: u64) -> Self {
        let random = || getrandom::u64().unwrap_or_else(|_| Moment::now().cycles());
        Self {
            words: [random() ^ u64::from(process), random() | 1],
            process,
            checked: cycles,
        }
    }

    #[cold]
    fn checked(self, cycles: u64) -> Self {
        let process = process::id();
        if self.process == process {
            return Self {
                checked: cycles,
                ..self
            };
        }
        Self::seeded(process, cycles)
    }

    const fn step(&mut self) -> u64 {
        let [first, second] = self.words;
        let result = first
            .wrapping_add(second)
            .rotate_left(17)
            .wrapping_add(first);
        let both = first ^ second;
        self.words = [
            first.rotate_left(49) ^ both ^ (both << 21),
            both.rotate_left(28),
        ];
        result
    }
}

/// Returns 64 random bits that are good for ids, and not for secrets.
///
/// The clock is mixed in each time: a process that was forked a moment ago has the same state, but
/// does not call at the same cycle.
fn next() -> u64 {
    next_at(Moment::now())
}

fn next_at(now: Moment) -> u64 {
    let cycles = now.cycles();
    let mut state = STATE.try_with(Cell::get).unwrap_or(State::NONE);
    if cycles.wrapping_sub(state.checked) > CHECKED_FOR || state.words == [0; 2] {
        state = state.checked(cycles);
    }
    let [first, second] = state.words;
    state.words = [first ^ cycles, second];
    let result = state.step();
    let _ = STATE.try_with(|kept| kept.set(state));
    result
}

/// Returns 128 random bits.
pub(crate) fn bits() -> u128 {
    (u128::from(next()) << 64) | u128::from(next())
}

/// Returns the id of a span that is started now.
#[cfg(feature = "trace")]
pub(crate) fn span_id(now: Moment) -> SpanId {
    SpanId::from(next_at(now).max(1))
}

/// Generates ids that differ between a process and those forked from it. The generator of the SDK
/// repeats its ids there.
#[cfg(feature = "trace")]
#[derive(Debug)]
pub(crate) struct RandomIds;

#[cfg(feature = "trace")]
impl IdGenerator for RandomIds {
    fn new_trace_id(&self) -> TraceId {
        TraceId::from(bits().max(1))
    }

    fn new_span_id(&self) -> SpanId {
        SpanId::from(next().max(1))
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, thread};

    use super::{bits, next};

    #[test]
    fn ids_of_threads_differ() {
        let ids = || -> Vec<u64> { (0..1000).map(|_| next()).collect() };
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(ids)).collect();
        let all = threads.into_iter().filter_map(|thread| thread.join().ok());
        let mut all: Vec<u64> = all.flatten().collect();
        all.extend((0..1000).flat_map(|_| {
            let bits = bits().to_be_bytes();
            let (high, low) = bits.split_at(8);
            [high, low].map(|half| half.iter().fold(0, |id, byte| (id << 8) | u64::from(*byte)))
        }));
        let distinct: HashSet<u64> = all.iter().copied().collect();
        assert_eq!((all.len(), distinct.len()), (6000, 6000));
        // Each bit is set in about half of the ids.
        for bit in 0..64 {
            let set = all.iter().filter(|id| *id >> bit & 1 == 1).count();
            assert!((2700..3300).contains(&set), "bit {bit} is set in {set}");
        }
    }
}
