//! A few words that are replaced and read as a whole, without a lock: a sequence lock.

use super::primitives::spin_loop;
use super::primitives::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

/// How often a reader tries while others write.
const ATTEMPTS: usize = 8;

/// Replaces the words, unless another thread is replacing them at this moment: any of the two will do.
///
/// The sequence is zero before the first time, and odd while the words are being written.
pub(crate) fn write<const N: usize>(sequence: &AtomicU64, cells: &[AtomicU64; N], words: [u64; N]) {
    let even = sequence.load(Relaxed) & !1;
    if sequence
        .compare_exchange(even, even | 1, Acquire, Relaxed)
        .is_err()
    {
        return;
    }
    fence(Release);
    for (cell, word) in cells.iter().zip(words) {
        cell.store(word, Relaxed);
    }
    sequence.store(even.wrapping_add(2), Release);
}

/// The words, if there are any and nobody keeps replacing them.
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
        fence(Acquire);
        if before & 1 == 0 && sequence.load(Relaxed) == before {
            return Some(words);
        }
        spin_loop();
    }
    None
}
