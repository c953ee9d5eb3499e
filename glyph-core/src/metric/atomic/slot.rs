//! A sequence lock: a few words that are replaced and read as a whole, without blocking.

use super::primitives::spin_loop;
use super::primitives::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

/// The number of attempts of a reader while other threads write.
const ATTEMPTS: usize = 8;

/// Replaces the words, unless another thread is replacing them at this moment: either value is
/// good.
///
/// The sequence is zero before the first write, and odd during a write. It wraps to zero after 2^63
/// writes, which never happens.
pub(crate) fn write<const N: usize>(sequence: &AtomicU64, cells: &[AtomicU64; N], words: [u64; N]) {
    let even = sequence.load(Relaxed) & !1;
    // `Acquire`: the stores below cannot move before the claim.
    if sequence
        .compare_exchange(even, even | 1, Acquire, Relaxed)
        .is_err()
    {
        return;
    }
    // A reader that sees one of the new words must see the odd sequence as well.
    fence(Release);
    for (cell, word) in cells.iter().zip(words) {
        cell.store(word, Relaxed);
    }
    // `Release`: a reader that sees this sequence sees all words.
    sequence.store(even.wrapping_add(2), Release);
}

/// Returns the words. `None` before the first write, and if other threads write during all
/// attempts.
pub(crate) fn read<const N: usize>(
    sequence: &AtomicU64,
    cells: &[AtomicU64; N],
) -> Option<[u64; N]> {
    for _ in 0..ATTEMPTS {
        let before = sequence.load(Acquire);
        if before == 0 {
            return None;
        }
        let words = cells.each_ref().map(|cell| cell.load(Relaxed));
        // The words must be read before the sequence is read again. If it has not changed, no write
        // happened between.
        fence(Acquire);
        if before & 1 == 0 && sequence.load(Relaxed) == before {
            return Some(words);
        }
        spin_loop();
    }
    None
}
