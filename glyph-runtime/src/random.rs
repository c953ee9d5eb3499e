//! Random ids.

use std::{cell::Cell, process};

use glyph_core::__runtime::Moment;
#[cfg(feature = "trace")]
use opentelemetry::{SpanId, TraceId};
#[cfg(feature = "trace")]
use opentelemetry_sdk::trace::IdGenerator;

thread_local! {
    /// The state of a thread's generator, xoroshiro128++ of Blackman and Vigna. Zero before the
    /// first use. Without a destructor, so that it can be used as long as the thread runs.
    static STATE: Cell<[u64; 2]> = const { Cell::new([0; 2]) };
}

/// Returns 64 random bits that are good for ids, and not for secrets.
///
/// The clock is mixed in each time: a process that was forked from this one has the same state, but
/// does not call at the same cycle.
fn next() -> u64 {
    let mixed = |state: [u64; 2]| [state[0] ^ Moment::now().cycles(), state[1]];
    let [first, second] = mixed(STATE.try_with(Cell::get).unwrap_or_default());
    let [first, second] = if second == 0 { seed() } else { [first, second] };
    let result = first
        .wrapping_add(second)
        .rotate_left(17)
        .wrapping_add(first);
    let both = first ^ second;
    let state = [
        first.rotate_left(49) ^ both ^ (both << 21),
        both.rotate_left(28),
    ];
    let _ = STATE.try_with(|kept| kept.set(state));
    result
}

/// Returns a new state. Without the random numbers of the system, the clock and the process are
/// all that differs.
#[cold]
fn seed() -> [u64; 2] {
    let random = || getrandom::u64().unwrap_or_else(|_| Moment::now().cycles());
    [random() ^ u64::from(process::id()), random() | 1]
}

/// Returns random bits that no process forked from this one gets, also not at the same cycle.
pub(crate) fn bits() -> u128 {
    let process = u128::from(process::id()) << 64;
    ((u128::from(next()) << 64) | u128::from(next())) ^ process
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
