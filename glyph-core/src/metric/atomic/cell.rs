//! Additions to a cell.
//!
//! Loads and stores are `Relaxed`: each cell is a number by itself, and readers need no order
//! between cells. Integers wrap, because sums are in two's complement.

use super::primitives::{
    AtomicU64,
    Ordering::{AcqRel, Relaxed},
};

/// Adds to a cell that only this thread writes. A load and a store cost less than an atomic
/// addition, and no other thread can write between them. Readers see the old or the new value.
#[inline]
pub(crate) fn add_own(cell: &AtomicU64, amount: u64) {
    cell.store(cell.load(Relaxed).wrapping_add(amount), Relaxed);
}

/// Adds to a floating-point cell that only this thread writes.
#[inline]
pub(crate) fn add_own_float(cell: &AtomicU64, amount: f64) {
    cell.store(plus(cell.load(Relaxed), amount), Relaxed);
}

/// Adds to a cell that other threads add to.
#[inline]
pub(crate) fn add_shared(cell: &AtomicU64, amount: u64) {
    cell.fetch_add(amount, Relaxed);
}

/// Adds to a floating-point cell that other threads add to.
#[inline]
pub(crate) fn add_shared_float(cell: &AtomicU64, amount: f64) {
    let _ = cell.fetch_update(AcqRel, Relaxed, |bits| Some(plus(bits, amount)));
}

fn plus(bits: u64, amount: f64) -> u64 {
    (f64::from_bits(bits) + amount).to_bits()
}
