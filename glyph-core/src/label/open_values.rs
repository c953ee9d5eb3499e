//! The values of an open label, up to its limit.

use std::{
    borrow::Cow,
    hash::BuildHasher,
    sync::{
        Mutex, OnceLock,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
};

use foldhash::fast::RandomState;

use crate::{
    isolation,
    sync::{get_or_create, lock_unless_lost},
    text::prefix,
};

/// The value that replaces all values beyond a label's limit.
pub const OVERFLOW: &str = "other";

/// Values longer than this many bytes are cut.
const MAX_LENGTH: usize = 256;

/// The digit of [`OVERFLOW`].
const OVERFLOW_DIGIT: usize = 0;

/// Assigns digits to the values of one open label. Each of the first `max` values gets a digit. All
/// later ones get that of `other`.
///
/// A lookup hashes once and takes no lock. A lock is taken to add a value, which happens `max`
/// times at most.
#[doc(hidden)]
#[derive(Debug)]
pub struct OpenValues {
    table: OnceLock<Table>,
    overflowed: AtomicU64,
}

impl OpenValues {
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "statics need a const constructor, and only they use it"
    )]
    pub const fn new() -> Self {
        Self {
            table: OnceLock::new(),
            overflowed: AtomicU64::new(0),
        }
    }

    /// Returns the digit of the value of an observation. If the limit was reached, that is the digit
    /// of `other`, and the observation is counted.
    #[doc(hidden)]
    pub fn digit(&self, value: &str, max: usize) -> usize {
        let values = isolation::current(self);
        values
            .own_digit(Hashed::new(value), max)
            .unwrap_or_else(|| {
                values.overflowed.fetch_add(1, Relaxed);
                OVERFLOW_DIGIT
            })
    }

    /// Returns the digit of the value of a call. If the limit was reached, returns `None` and counts
    /// nothing: the observations of the call are counted one by one.
    pub(super) fn digit_for_call(&self, value: Hashed<'_>, max: usize) -> Option<usize> {
        isolation::current(self).own_digit(value, max)
    }

    /// Counts an observation of a value beyond the limit.
    pub(crate) fn count_overflow(&self) {
        isolation::current(self).overflowed.fetch_add(1, Relaxed);
    }

    /// Returns the digit whose series has the observations of a value. Returns `None` if there are
    /// none: reading adds no value.
    pub(crate) fn known_digit(&self, value: &str) -> Option<usize> {
        let values = isolation::current(self);
        let table = values.table.get()?;
        let found = match &*sanitized(value) {
            OVERFLOW => Some(OVERFLOW_DIGIT),
            value => table.find(Hashed::new(value)),
        };
        found.or_else(|| table.full.load(Relaxed).then_some(OVERFLOW_DIGIT))
    }

    fn own_digit(&self, value: Hashed<'_>, max: usize) -> Option<usize> {
        let table = get_or_create(&self.table, || Table::new(max));
        if value.text.len() <= MAX_LENGTH
            && let Some(digit) = table.find(value)
        {
            return Some(digit);
        }
        match &sanitized(value.text) {
            Cow::Borrowed(OVERFLOW) => Some(OVERFLOW_DIGIT),
            Cow::Borrowed(text) if text.len() == value.text.len() => table.add(value),
            other => {
                let value = Hashed::new(other);
                table.find(value).or_else(|| table.add(value))
            }
        }
    }

    /// Returns the value that has this digit.
    pub(crate) fn value(&self, digit: usize) -> Option<Cow<'_, str>> {
        if digit == OVERFLOW_DIGIT {
            return Some(Cow::Borrowed(OVERFLOW));
        }
        #[cfg(feature = "testing")]
        if let Some(captured) = isolation::captured(self) {
            let value = captured.table.get()?.value(digit)?;
            return Some(Cow::Owned(value.to_owned()));
        }
        self.table.get()?.value(digit).map(Cow::Borrowed)
    }

    /// Returns the number of observations counted under `other` because the limit was reached.
    #[doc(hidden)]
    pub fn overflowed(&self) -> u64 {
        isolation::current(self).overflowed.load(Relaxed)
    }

    /// Returns the digit of a value, if it has one.
    #[cfg(feature = "testing")]
    pub(crate) fn known(&self, value: &str) -> Option<usize> {
        match &*sanitized(value) {
            OVERFLOW => Some(OVERFLOW_DIGIT),
            value => self.table.get()?.find(Hashed::new(value)),
        }
    }
}

#[cfg(feature = "testing")]
impl isolation::Isolated for OpenValues {
    type Captured = Self;

    fn fresh(&self) -> Self {
        Self::new()
    }
}

/// Limits the length of a value, and replaces NUL, which ends the input of some parsers.
#[doc(hidden)]
#[must_use]
pub fn sanitized(value: &str) -> Cow<'_, str> {
    let cut = prefix(value, MAX_LENGTH);
    if cut.contains('\0') {
        return Cow::Owned(cut.replace('\0', "\u{fffd}"));
    }
    if cut.len() == value.len() {
        Cow::Borrowed(value)
    } else {
        Cow::Owned(cut.to_owned())
    }
}

/// The hasher of all tables: the labels of a call have the same values in several metrics, and each
/// value is hashed once.
static HASHER: OnceLock<RandomState> = OnceLock::new();

/// A value of a label and its hash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashed<'text> {
    pub(super) text: &'text str,
    pub(super) hash: u64,
}

impl<'text> Hashed<'text> {
    pub(crate) fn new(text: &'text str) -> Self {
        let hasher = get_or_create(&HASHER, RandomState::default);
        Self {
            text,
            hash: hasher.hash_one(text),
        }
    }
}

/// An insert-only table with open addressing, never more than half full.
#[derive(Debug)]
struct Table {
    /// A slot holds the upper half of the hash and the digit; zero is empty.
    slots: Box<[AtomicU64]>,
    /// The value with digit `d` is at `d - 1`, because digit 0 is `other`.
    values: Box<[OnceLock<Box<str>>]>,
    /// The number of values. The lock is held while one is added.
    count: Mutex<usize>,
    /// Whether `max` values were added. Read without the lock, so that values beyond the limit do
    /// not take it.
    full: AtomicBool,
}

const DIGIT_BITS: u64 = 0xffff_ffff;

impl Table {
    fn new(max: usize) -> Self {
        let slots = (max.max(1) * 2).next_power_of_two();
        Self {
            slots: bytemuck::zeroed_slice_box(slots),
            values: (0..max).map(|_| OnceLock::new()).collect(),
            count: Mutex::new(0),
            full: AtomicBool::new(false),
        }
    }

    fn find(&self, value: Hashed<'_>) -> Option<usize> {
        self.probe(value).ok()
    }

    /// Returns the digit of `value`, or else the slot for it.
    fn probe(&self, value: Hashed<'_>) -> Result<usize, Option<&AtomicU64>> {
        let Hashed { text, hash } = value;
        let mask = self.slots.len() - 1;
        let start = usize::try_from(hash & DIGIT_BITS).unwrap_or(0);
        for step in 0..self.slots.len() {
            let Some(slot) = self.slots.get((start + step) & mask) else {
                break;
            };
            // `Acquire` pairs with the `Release` in `add`: the value of this digit is there.
            let entry = slot.load(Acquire);
            if entry == 0 {
                return Err(Some(slot));
            }
            // Compare half of the hash first, since most other values differ there.
            if entry & !DIGIT_BITS == hash & !DIGIT_BITS {
                let digit = usize::try_from(entry & DIGIT_BITS).unwrap_or(0);
                if self.value(digit) == Some(text) {
                    return Ok(digit);
                }
            }
        }
        Err(None)
    }

    fn add(&self, value: Hashed<'_>) -> Option<usize> {
        // `Relaxed` is enough: a thread that does not see it yet finds no free slot under the lock.
        if self.full.load(Relaxed) {
            return None;
        }
        let mut count = lock_unless_lost(&self.count)?;
        // Look again: another thread may have added the value before this one got the lock.
        let free = match self.probe(value) {
            Ok(digit) => return Some(digit),
            Err(free) => free?,
        };
        let slot = self.values.get(*count)?;
        slot.get_or_init(|| value.text.into());
        *count += 1;
        let digit = *count;
        // After the value, with `Release`: readers find the slot without the lock.
        free.store(
            (value.hash & !DIGIT_BITS) | u64::try_from(digit).ok()?,
            Release,
        );
        self.full.store(digit == self.values.len(), Relaxed);
        Some(digit)
    }

    fn value(&self, digit: usize) -> Option<&str> {
        self.values
            .get(digit.checked_sub(1)?)?
            .get()
            .map(AsRef::as_ref)
    }
}
