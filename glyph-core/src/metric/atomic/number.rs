//! Words that are empty or hold a finite number, such as the value that a gauge was set to.
//!
//! Emptiness and value change in one step. Loads and stores are `Relaxed`: the word says nothing
//! about other memory.

use super::primitives::{AtomicU64, Ordering::Relaxed};

/// The bits of a number that no word holds. Words are kept relative to it, so that zeroed memory is
/// empty.
const EMPTY: u64 = f64::NAN.to_bits();

fn decoded(word: u64) -> Option<f64> {
    (word != 0).then(|| f64::from_bits(word ^ EMPTY))
}

const fn encoded(number: f64) -> u64 {
    number.to_bits() ^ EMPTY
}

/// Returns the number, if the word has one.
pub(crate) fn read(word: &AtomicU64) -> Option<f64> {
    decoded(word.load(Relaxed))
}

/// Sets the word to a finite number.
pub(crate) fn set(word: &AtomicU64, number: f64) {
    word.store(encoded(number), Relaxed);
}

/// Empties the word.
pub(crate) fn clear(word: &AtomicU64) {
    word.store(0, Relaxed);
}

/// Adds to the number. Returns `None` if the word is empty, and `false` if the result is not finite
/// and nothing was added.
pub(crate) fn add(word: &AtomicU64, amount: f64) -> Option<bool> {
    let mut bits = word.load(Relaxed);
    loop {
        let sum = decoded(bits)? + amount;
        if !sum.is_finite() {
            return Some(false);
        }
        match word.compare_exchange_weak(bits, encoded(sum), Relaxed, Relaxed) {
            Ok(_) => return Some(true),
            Err(changed) => bits = changed,
        }
    }
}
