//! What is known of the names of fields.

use crate::{redaction::Redaction, trace::redacted};

/// The number of names that are known at once. A program has few more on its busy paths.
const KNOWN: usize = 256;

/// What is known of a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldName {
    /// Whether a field with this name is an attribute whose value is shown. Other fields describe the
    /// span, as `otel.kind` does, or are redacted.
    pub(super) is_shown: bool,
    /// The bit of the name in a set of names. Another name may have the same.
    pub(super) bit: u64,
}

/// Names by their addresses: those of fields are static.
#[derive(Debug)]
pub(in crate::trace) struct FieldNames(Box<[Option<(&'static str, FieldName)>]>);

impl Default for FieldNames {
    fn default() -> Self {
        Self(Box::new([None; KNOWN]))
    }
}

impl FieldNames {
    /// Returns what is known of a name, which is compared with the redacted names only once.
    #[inline]
    pub(super) fn of(&mut self, name: &'static str, redaction: &Redaction) -> FieldName {
        let Some(slot) = self.0.get_mut(index(name)) else {
            return FieldName::new(name, redaction);
        };
        match slot {
            Some((known, of_name)) if std::ptr::eq(*known, name) => *of_name,
            _ => slot.insert((name, FieldName::new(name, redaction))).1,
        }
    }
}

/// Spreads addresses, which are close to each other, over all indexes.
fn index(name: &str) -> usize {
    let address = name.as_ptr().addr() as u64;
    let spread = address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
    usize::try_from(spread).unwrap_or_default()
}

impl FieldName {
    #[cold]
    fn new(name: &'static str, redaction: &Redaction) -> Self {
        let hash = name.bytes().fold(0_u32, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(byte.into())
        });
        Self {
            is_shown: !name.starts_with("otel.") && redacted::shows(name, redaction),
            bit: 1 << (hash % u64::BITS),
        }
    }
}
