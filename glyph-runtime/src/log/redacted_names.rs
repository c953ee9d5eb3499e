//! Which field names are redacted, remembered by where the names are.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use super::shape::LineShape;
use crate::redaction::Redaction;

/// The number of remembered names, a power of two.
const SLOTS: usize = 256;
/// Bits of an entry below those of the address: the length of the name, and whether it is redacted.
const LENGTH_BITS: u32 = 15;
const SHIFT: u32 = LENGTH_BITS + 1;

/// Remembers the names of fields that were looked up in a [`Redaction`].
///
/// Names of fields are `'static`: one address and length is always one name. An entry is one word, so
/// that threads can share the table without a lock. A name that meets two others replaces one.
pub(super) struct RedactedNames {
    redaction: Redaction,
    /// Fields whose names in lines are on the list.
    renamed: Vec<&'static str>,
    entries: Box<[AtomicU64; SLOTS]>,
}

impl RedactedNames {
    pub(super) fn new(redaction: Redaction) -> Self {
        Self {
            redaction,
            renamed: Vec::new(),
            entries: Box::new([const { AtomicU64::new(0) }; SLOTS]),
        }
    }

    /// Redacts also the fields that a shape gives a name of the list: readers of lines know no other
    /// name.
    pub(super) fn with_names_of(mut self, shape: &LineShape) -> Self {
        let named = shape
            .named()
            .filter(|(_, name)| self.redaction.covers(name));
        self.renamed = named.map(|(field, _)| field).collect();
        self
    }

    /// Returns whether the value of a field is redacted.
    pub(super) fn covers(&self, name: &'static str) -> bool {
        let Some((key, slots)) = key(name).and_then(|key| Some((key, self.entries(key)?))) else {
            return self.is_listed(name);
        };
        for slot in slots {
            let entry = slot.load(Relaxed);
            if entry & !1 == key {
                return entry & 1 == 1;
            }
        }
        let is_listed = self.is_listed(name);
        let [first, second] = slots;
        let slot = if first.load(Relaxed) == 0 {
            first
        } else {
            second
        };
        slot.store(key | u64::from(is_listed), Relaxed);
        is_listed
    }

    fn is_listed(&self, name: &str) -> bool {
        self.redaction.covers(name) || self.renamed.contains(&name)
    }

    /// Returns the list of names.
    pub(super) const fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Returns the two entries that a name can have: of the twenty names of a line, two often meet.
    fn entries(&self, key: u64) -> Option<[&AtomicU64; 2]> {
        // Addresses of names differ in their lower bits, which a multiplication spreads.
        let spread = (key >> SHIFT).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
        let first = usize::try_from(spread).ok()?;
        Some([self.entries.get(first)?, self.entries.get(first ^ 1)?])
    }
}

/// Returns address and length as one number, unless they do not fit. It is not 0.
fn key(name: &'static str) -> Option<u64> {
    let address = u64::try_from(name.as_ptr().addr()).ok()?;
    let length = u64::try_from(name.len()).ok()?;
    let fits = address < 1 << (64 - SHIFT) && length < 1 << LENGTH_BITS;
    fits.then_some(address << SHIFT | length << 1)
}

impl fmt::Debug for RedactedNames {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.redaction.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_names_give_the_same_answer_as_the_list() {
        let redacted_names = RedactedNames::new(Redaction::default());
        let names: Vec<&'static str> = (0..4 * SLOTS)
            .map(|number| match number % 3 {
                0 => &*format!("password_{number}").leak(),
                1 => format!("field_{number}").leak(),
                _ => "",
            })
            .collect();
        for _ in 0..3 {
            for name in &names {
                let expected = redacted_names.redaction().covers(name);
                assert_eq!(redacted_names.covers(name), expected, "{name}");
            }
        }
    }

    #[test]
    fn names_that_share_an_address_are_looked_up_separately() {
        let redacted_names = RedactedNames::new(Redaction::default());
        let whole = "token_count";
        assert!(!redacted_names.covers(whole));
        assert!(redacted_names.covers(&whole[..5]));
        assert!(!redacted_names.covers(whole));
    }
}
