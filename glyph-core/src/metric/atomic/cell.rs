//! Additions to a cell.
//!
//! Loads and stores are `Relaxed`: each cell is a number by itself, and readers need no order
//! between cells. An addition whose result does not fit changes nothing and returns `false`.

use super::primitives::{AtomicU64, Ordering::Relaxed};

/// The limit of an integer that is added to the cell of one thread, and of the cell before. All
/// threads together stay below 2^63, so one shared cell can hold the rest of the range.
pub(crate) const OWN_LIMIT: u64 = 1 << 56;

/// The limit of a floating-point number that is added to the cell of one thread, 2^896. After 2^64
/// additions, all threads together do not change the greatest number that the shared cell can hold,
/// so no total is infinite.
const OWN_FLOAT_LIMIT: f64 = f64::from_bits((1023 + 896) << 52);

/// The limit of the integers in a gauge's cell that threads share, in both directions.
const GAUGE_LIMIT: u64 = 1 << 50;

/// From here on a shared cell may be close to the end of its range.
const SHARED_LIMIT: u64 = 1 << 62;

/// Increments a cell that only this thread writes. A load and a store cost less than an atomic
/// addition, and no other thread can write between them. Readers see the old or the new value.
///
/// It needs no limit: counting to 2^64 in steps of one takes centuries.
#[inline]
pub(crate) fn increment_own(cell: &AtomicU64) {
    cell.store(cell.load(Relaxed).wrapping_add(1), Relaxed);
}

/// Adds to a cell that only this thread writes.
#[inline]
pub(crate) fn add_own(cell: &AtomicU64, amount: u64) -> bool {
    let fits = (cell.load(Relaxed) | amount) < OWN_LIMIT;
    if fits {
        // A second load costs nothing: the processor adds to memory in one instruction.
        cell.store(cell.load(Relaxed).wrapping_add(amount), Relaxed);
    }
    fits
}

/// [`add_own`] for an amount that is below the limit.
#[inline]
pub(crate) fn add_own_part(cell: &AtomicU64, amount: u64) -> bool {
    let fits = cell.load(Relaxed) < OWN_LIMIT;
    if fits {
        cell.store(cell.load(Relaxed).wrapping_add(amount), Relaxed);
    }
    fits
}

/// Whether a floating-point number can be added to the cell of one thread.
#[inline]
pub(crate) fn fits_own(amount: f64) -> bool {
    amount.abs() < OWN_FLOAT_LIMIT
}

/// Adds a number that [fits](fits_own) to a floating-point cell that only this thread writes.
#[inline]
pub(crate) fn add_own_float(cell: &AtomicU64, amount: f64) {
    let sum = f64::from_bits(cell.load(Relaxed)) + amount;
    cell.store(sum.to_bits(), Relaxed);
}

/// Adds an integer to a gauge's cell that only this thread writes. Readers add up cells in more
/// bits than a cell has, so it needs no other limit than the range of the cell.
#[inline]
pub(crate) fn shift_own(cell: &AtomicU64, by: i64) -> bool {
    let sum = cell.load(Relaxed).cast_signed().checked_add(by);
    if let Some(sum) = sum {
        cell.store(sum.cast_unsigned(), Relaxed);
    }
    sum.is_some()
}

/// Whether an integer, in two's complement, is between the limits of a gauge's cell.
///
/// So is no sum of a number between the limits and one that is at least twice the limit.
#[inline]
const fn in_gauge_range(bits: u64) -> bool {
    bits.wrapping_add(GAUGE_LIMIT) < 2 * GAUGE_LIMIT
}

/// Increments a cell that other threads add to.
#[inline]
pub(crate) fn increment_shared(cell: &AtomicU64) {
    cell.fetch_add(1, Relaxed);
}

/// The treatment of an amount that does not fit into a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// It stops at its greatest value.
    Stops,
    /// It stays as it is.
    Stays,
}

/// Adds to a cell that other threads add to. `others` returns the sum of the other cells of the
/// same total, which ends at `u64::MAX`.
#[inline]
pub(crate) fn add_shared(
    cell: &AtomicU64,
    amount: u64,
    others: impl Fn() -> u64,
    beyond: Beyond,
) -> bool {
    // Far from the end one atomic addition is enough. Between the load and the addition, other
    // threads would have to add 2^63 in amounts below 2^56.
    if cell.load(Relaxed) < SHARED_LIMIT && amount < OWN_LIMIT {
        cell.fetch_add(amount, Relaxed);
        return true;
    }
    add_exactly(cell, amount, others, beyond)
}

#[cold]
fn add_exactly(cell: &AtomicU64, amount: u64, others: impl Fn() -> u64, beyond: Beyond) -> bool {
    let mut fits = false;
    let _ = cell.fetch_update(Relaxed, Relaxed, |count| {
        let room = (u64::MAX - others()).saturating_sub(count);
        fits = amount <= room;
        match (fits, beyond) {
            (true, _) => Some(count + amount),
            (false, Beyond::Stops) => Some(count + room),
            (false, Beyond::Stays) => None,
        }
    });
    fits
}

/// Adds to a floating-point cell that other threads add to. `Relaxed` also when it succeeds: the
/// number says nothing about other memory.
#[inline]
pub(crate) fn add_shared_float(cell: &AtomicU64, amount: f64) -> bool {
    let plus = |bits| {
        let sum = f64::from_bits(bits) + amount;
        sum.is_finite().then_some(sum.to_bits())
    };
    cell.fetch_update(Relaxed, Relaxed, plus).is_ok()
}

/// Adds an integer to a gauge's cell that other threads add to.
#[inline]
pub(crate) fn shift_shared(cell: &AtomicU64, by: i64) -> bool {
    // As in `add_shared`: other threads would have to add 2^63 meanwhile.
    let fits = in_gauge_range(cell.load(Relaxed).wrapping_add(by.cast_unsigned()));
    if fits {
        cell.fetch_add(by.cast_unsigned(), Relaxed);
    }
    fits
}
