//! Keys and values that are propagated with a request (W3C Baggage).

use std::fmt;

use opentelemetry::{
    Context,
    baggage::{Baggage as Carried, BaggageExt, BaggageMetadata},
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::context::{InTraceContext, current_context};

/// The maximum number of entries (W3C Baggage, "Limits").
pub const MAX_ENTRIES: usize = 64;
/// The maximum size of all entries in a header, in bytes (W3C Baggage, "Limits").
pub const MAX_BYTES: usize = 8192;

/// Bytes that a value in a header cannot contain, and those that some readers misread: a second `=`
/// as an end, `+` as a space.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b'+')
    .add(b',')
    .add(b';')
    .add(b'=')
    .add(b'\\');

/// Keys and values that are propagated with a request, in the process and in the header `baggage`.
///
/// Every service that is called can read them, in other organizations as well: do not put secrets
/// there. Baggage from a client is untrusted. It reaches metrics, spans and log lines only if code
/// puts it there.
///
/// Baggage holds at most [`MAX_ENTRIES`] entries and [`MAX_BYTES`] bytes, as encoded in the header.
///
/// ```
/// use glyph_runtime::context::{Baggage, baggage};
///
/// # fn main() -> Result<(), glyph_runtime::context::BaggageError> {
/// let of_tenant = Baggage::current().try_with("tenant", "ibex, north")?;
/// of_tenant.in_scope(|| assert_eq!(baggage("tenant").as_deref(), Some("ibex, north")));
/// assert_eq!(baggage("tenant"), None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baggage {
    /// Sorted by key, without duplicates.
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    key: String,
    value: String,
    /// Properties, as in the header.
    metadata: String,
    /// The length in the header, with the comma after it.
    bytes: usize,
}

/// Errors returned by [`Baggage::try_with`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaggageError {
    /// The key is not an HTTP token.
    #[error("invalid baggage key: use letters, digits and !#$%&'*+-.^_`|~")]
    Key,
    /// There are [`MAX_ENTRIES`] entries already.
    #[error("baggage holds at most {MAX_ENTRIES} entries")]
    Entries,
    /// The entries together exceed [`MAX_BYTES`].
    #[error("baggage holds at most {MAX_BYTES} bytes, percent-encoded")]
    Bytes,
}

/// Returns the value of `key` in the baggage of the running code.
///
/// See [`Baggage`].
#[must_use]
pub fn baggage(key: &str) -> Option<String> {
    let value = |context: &Context| context.baggage().get(key).map(ToString::to_string);
    current_context::read(value).flatten()
}

impl Baggage {
    /// Returns the baggage of the running code.
    #[must_use]
    pub fn current() -> Self {
        current_context::read(Self::of).unwrap_or_default()
    }

    /// Adds an entry, or replaces the one with the same key.
    ///
    /// # Errors
    ///
    /// Returns [`BaggageError`] if `key` is not a token (RFC 9110, section 5.6.2), or a limit is
    /// exceeded.
    pub fn try_with(mut self, key: &str, value: &str) -> Result<Self, BaggageError> {
        self.put(key, value, "")?;
        Ok(self)
    }

    /// Removes the entry with this key, if there is one.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.entries.retain(|entry| entry.key != key);
        self
    }

    /// Returns the value of an entry.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        let found = self.entries.iter().find(|entry| entry.key == key);
        found.map(|entry| entry.value.as_str())
    }

    /// Returns keys and values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries
            .iter()
            .map(|entry| (entry.key.as_str(), entry.value.as_str()))
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Runs `work` with this, and nothing else, as the current baggage.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _attached = current_context::attach(self.within(&current_context::current()));
        work()
    }

    /// Returns a future that has this, and nothing else, as the current baggage whenever it is
    /// polled, and when it is dropped.
    pub fn scope<F: Future>(&self, future: F) -> InTraceContext<F> {
        current_context::within(self.within(&current_context::current()), future)
    }

    pub(crate) fn of(context: &Context) -> Self {
        let mut kept = Self::default();
        let mut entries: Vec<_> = context.baggage().iter().collect();
        entries.sort_unstable_by_key(|(key, _)| key.as_str());
        for (key, (value, metadata)) in entries {
            // Other libraries may exceed the limits: skip what does not fit.
            let _no_room = kept.put(key.as_str(), value.as_str(), metadata.as_str());
        }
        kept
    }

    pub(crate) fn within(&self, context: &Context) -> Context {
        let mut carried = Carried::new();
        for entry in &self.entries {
            let metadata = BaggageMetadata::from(entry.metadata.as_str());
            carried.insert_with_metadata(entry.key.clone(), entry.value.clone(), metadata);
        }
        context.with_baggage(carried)
    }

    /// Properties that a header cannot contain are omitted.
    pub(crate) fn put(
        &mut self,
        key: &str,
        value: &str,
        metadata: &str,
    ) -> Result<(), BaggageError> {
        if key.is_empty() || !key.bytes().all(is_token) {
            return Err(BaggageError::Key);
        }
        let fits = metadata
            .bytes()
            .all(|byte| is_visible(byte) && byte != b',');
        let entry = Entry::new(key, value, if fits { metadata.trim() } else { "" });
        let others = || self.entries.iter().filter(|other| other.key != key);
        if others().count() >= MAX_ENTRIES {
            return Err(BaggageError::Entries);
        }
        if others().map(|other| other.bytes).sum::<usize>() + entry.bytes > MAX_BYTES {
            return Err(BaggageError::Bytes);
        }
        match self
            .entries
            .binary_search_by(|other| other.key.as_str().cmp(key))
        {
            Ok(at) => {
                if let Some(known) = self.entries.get_mut(at) {
                    *known = entry;
                }
            }
            Err(at) => self.entries.insert(at, entry),
        }
        Ok(())
    }
}

impl Entry {
    fn new(key: &str, value: &str, metadata: &str) -> Self {
        let encoded: usize = utf8_percent_encode(value, ENCODED).map(str::len).sum();
        Self {
            key: key.to_owned(),
            value: value.to_owned(),
            metadata: metadata.to_owned(),
            bytes: key.len() + encoded + metadata.len() + "=;,".len(),
        }
    }
}

/// The value of the header `baggage`.
impl fmt::Display for Baggage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.entries.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let value = utf8_percent_encode(&entry.value, ENCODED);
            write!(formatter, "{comma}{}={value}", entry.key)?;
            if !entry.metadata.is_empty() {
                write!(formatter, ";{}", entry.metadata)?;
            }
        }
        Ok(())
    }
}

/// RFC 9110, section 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

pub(crate) fn is_visible(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte == b' ' || byte == b'\t'
}
