//! What a log knows of the names of fields, remembered by where the names are.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::{fields::is_for_libraries, names::Names, shape::LineShape, text::is_plain};
use crate::{context::ids::MESSAGE, redaction::Redaction};

/// The number of remembered names, a power of two.
const SLOTS: usize = 256;
/// Bits of an entry below those of the address: the length of the name, and its traits.
const LENGTH_BITS: u32 = 8;
const TRAIT_BITS: u32 = 8;
const SHIFT: u32 = LENGTH_BITS + TRAIT_BITS;
const TRAITS: u64 = (1 << TRAIT_BITS) - 1;

/// The name of a field, and what the log does with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownName {
    pub(super) text: &'static str,
    traits: Traits,
}

/// Whether a name is redacted, whether it is special, and a hash of six bits.
#[derive(Clone, Copy, Debug)]
struct Traits(u8);

/// Remembers the names of fields that were looked up.
///
/// Names of fields are `'static`: one address and length is always one name. An entry is one word, so
/// that threads can share the table without a lock. A name that meets two others replaces one.
pub(super) struct KnownNames {
    redaction: Redaction,
    /// The names of lines, if the log writes lines.
    keys: Option<Arc<Names>>,
    /// Fields whose names in lines are on the list.
    renamed: Vec<&'static str>,
    entries: Box<[AtomicU64; SLOTS]>,
}

impl KnownName {
    /// Whether the value of the field is redacted.
    pub(super) const fn is_redacted(self) -> bool {
        self.traits.0 & Traits::REDACTED != 0
    }

    /// Whether the name has a meaning of its own, or is another one in lines. All other names are keys
    /// of lines as they are.
    pub(super) const fn is_special(self) -> bool {
        self.traits.0 & Traits::SPECIAL != 0
    }

    /// The bit of the name in a set of names. Another name may have the same.
    pub(super) const fn bit(self) -> u64 {
        1 << (self.traits.0 >> Traits::HASH_SHIFT)
    }
}

impl Traits {
    const REDACTED: u8 = 1;
    const SPECIAL: u8 = 2;
    const HASH_SHIFT: u32 = 2;

    fn new(name: &str, is_redacted: bool, is_special: bool) -> Self {
        let redacted = if is_redacted { Self::REDACTED } else { 0 };
        let special = if is_special { Self::SPECIAL } else { 0 };
        Self(hash(name) << Self::HASH_SHIFT | redacted | special)
    }
}

/// The six bits of the hash reach the upper end of a byte.
fn hash(name: &str) -> u8 {
    let mix = |hash: u8, byte: u8| hash.wrapping_mul(31).wrapping_add(byte);
    name.bytes().fold(0, mix)
}

impl KnownNames {
    pub(super) fn new(redaction: Redaction) -> Self {
        Self {
            redaction,
            keys: None,
            renamed: Vec::new(),
            entries: Box::new([const { AtomicU64::new(0) }; SLOTS]),
        }
    }

    /// Redacts also the fields that a shape gives a name of the list: readers of lines know no other
    /// name. `keys` are the names of that shape.
    pub(super) fn in_lines(mut self, shape: &LineShape, keys: Arc<Names>) -> Self {
        let named = shape
            .named()
            .filter(|(_, name)| self.redaction.covers(name));
        self.renamed = named.map(|(field, _)| field).collect();
        self.keys = Some(keys);
        self
    }

    /// Returns whether the value of a field is redacted.
    pub(super) fn covers(&self, name: &'static str) -> bool {
        self.of(name).is_redacted()
    }

    /// Returns what is known of a name.
    #[inline]
    pub(super) fn of(&self, name: &'static str) -> KnownName {
        KnownName {
            text: name,
            traits: self.traits_of(name),
        }
    }

    #[inline]
    fn traits_of(&self, name: &'static str) -> Traits {
        let Some((key, slots)) = key(name).and_then(|key| Some((key, self.entries(key)?))) else {
            return self.look_up(name);
        };
        for slot in slots {
            let entry = slot.load(Relaxed);
            if entry & !TRAITS == key {
                return Traits(entry.to_le_bytes()[0]);
            }
        }
        self.remember(name, key, slots)
    }

    #[cold]
    fn remember(&self, name: &'static str, key: u64, [first, second]: [&AtomicU64; 2]) -> Traits {
        let traits = self.look_up(name);
        let slot = if first.load(Relaxed) == 0 {
            first
        } else {
            second
        };
        slot.store(key | u64::from(traits.0), Relaxed);
        traits
    }

    fn look_up(&self, name: &'static str) -> Traits {
        let is_redacted = self.redaction.covers(name) || self.renamed.contains(&name);
        let is_key = |keys: &Arc<Names>| keys.has_plain_key(name);
        let is_special = name.len() >= 1 << LENGTH_BITS
            || name == MESSAGE
            || is_for_libraries(name)
            || !is_plain(name)
            || !self.keys.as_ref().is_none_or(is_key);
        Traits::new(name, is_redacted, is_special)
    }

    /// Returns the list of names.
    pub(super) const fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Returns the two entries that a name can have: of the twenty names of a line, two often meet.
    #[inline]
    fn entries(&self, key: u64) -> Option<[&AtomicU64; 2]> {
        // Addresses of names differ in their lower bits, which a multiplication spreads.
        let spread = (key >> SHIFT).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
        let first = usize::try_from(spread).ok()?;
        Some([self.entries.get(first)?, self.entries.get(first ^ 1)?])
    }
}

/// Returns address and length as one number, unless they do not fit. It is not 0.
#[inline]
fn key(name: &'static str) -> Option<u64> {
    let address = u64::try_from(name.as_ptr().addr()).ok()?;
    let length = u64::try_from(name.len()).ok()?;
    let fits = address < 1 << (64 - SHIFT) && length < 1 << LENGTH_BITS;
    fits.then_some(address << SHIFT | length << TRAIT_BITS)
}

impl fmt::Debug for KnownNames {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.redaction.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{DurationFormat, FieldNames};

    #[test]
    fn cached_names_give_the_same_answer_as_the_list() {
        let known_names = KnownNames::new(Redaction::default());
        let names: Vec<&'static str> = (0..4 * SLOTS)
            .map(|number| match number % 3 {
                0 => &*format!("password_{number}").leak(),
                1 => format!("field_{number}").leak(),
                _ => "",
            })
            .collect();
        for _ in 0..3 {
            for name in &names {
                let expected = known_names.redaction().covers(name);
                assert_eq!(known_names.covers(name), expected, "{name}");
            }
        }
    }

    #[test]
    fn names_with_a_meaning_of_their_own_are_special() {
        let shape = LineShape {
            duration: DurationFormat::Text,
            names: FieldNames {
                path: "where".into(),
                ..FieldNames::default()
            },
            ..LineShape::default()
        };
        let keys = Arc::new(Names::new(&shape));
        let in_lines = KnownNames::new(Redaction::default()).in_lines(&shape, keys);
        let in_records = KnownNames::new(Redaction::default());
        let long = "x".repeat(300).leak();
        for name in ["message", "otel.kind", "log.line", "a\"b", "größe", long] {
            assert!(in_lines.of(name).is_special(), "{name}");
            assert!(in_records.of(name).is_special(), "{name}");
        }
        for name in ["level", "field.x", "duration_ms", "url.path", "where"] {
            assert!(in_lines.of(name).is_special(), "{name}");
            assert!(!in_records.of(name).is_special(), "{name}");
        }
        for name in ["", "http.route", "password", "r#type"] {
            assert!(!in_lines.of(name).is_special(), "{name}");
        }
    }

    #[test]
    fn names_that_share_an_address_are_looked_up_separately() {
        let known_names = KnownNames::new(Redaction::default());
        let whole = "token_count";
        assert!(!known_names.covers(whole));
        assert!(known_names.covers(&whole[..5]));
        assert!(!known_names.covers(whole));
    }
}
