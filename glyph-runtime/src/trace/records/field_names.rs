//! Remembers which field names are shown in spans, so that each is compared with the redacted ones once.

use crate::{redaction::Redaction, trace::redacted};

/// The number of names that are known at once. A program has few more on its busy paths.
const KNOWN: usize = 256;

/// Whether a field with this name is shown, and its bit in a set of names.
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
        let first = index(name);
        match self.at(first, name) {
            Some(known) => known,
            None => self.next_to(first, name, redaction),
        }
    }

    #[inline]
    fn at(&self, index: usize, name: &'static str) -> Option<FieldName> {
        let (known, of_name) = (*self.0.get(index)?)?;
        std::ptr::eq(known, name).then_some(of_name)
    }

    /// Returns the entry of a name that is not at its own index: the one next to it, or a new one.
    fn next_to(&mut self, first: usize, name: &'static str, redaction: &Redaction) -> FieldName {
        let known = self.at(first ^ 1, name);
        known.unwrap_or_else(|| self.add(first, name, redaction))
    }

    /// Adds a name at its index, or at the one next to it if the first is taken.
    #[cold]
    fn add(&mut self, first: usize, name: &'static str, redaction: &Redaction) -> FieldName {
        let of_name = FieldName::new(name, redaction);
        let is_taken = |at: usize| self.0.get(at).is_some_and(Option::is_some);
        let at = if is_taken(first) && !is_taken(first ^ 1) {
            first ^ 1
        } else {
            first
        };
        if let Some(slot) = self.0.get_mut(at) {
            *slot = Some((name, of_name));
        }
        of_name
    }
}

/// Spreads addresses, which are close to each other, over all indexes.
fn index(name: &str) -> usize {
    let address = name.as_ptr().addr() as u64;
    let spread = address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
    usize::try_from(spread).unwrap_or_default()
}

impl FieldName {
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

#[cfg(test)]
mod tests {
    use super::{FieldNames, index};
    use crate::redaction::Redaction;

    /// Returns names that meet at one index, as fields of a program may.
    fn meeting<const COUNT: usize>() -> [&'static str; COUNT] {
        let names = (0..).map(|number| &*Box::leak(format!("field_{number}").into_boxed_str()));
        let mut first = None;
        let mut met = names.filter(|name| *first.get_or_insert_with(|| index(name)) == index(name));
        std::array::from_fn(|_| met.next().unwrap_or_default())
    }

    #[test]
    fn names_that_meet_at_one_index_are_told_apart() {
        let names = meeting();
        let [_, second, _, _, last] = names;
        let secret = [second, last];
        let redaction = Redaction::none().with(second).with(last);
        let mut known = FieldNames::default();
        for _ in 0..3 {
            for name in names {
                let is_secret = secret.contains(&name);
                let of_name = known.of(name, &redaction);
                assert_eq!(of_name.is_shown, !is_secret, "{name} of {names:?}");
            }
        }
    }
}
