//! What never leaves the process: values under the names of a list, and values that hide themselves.
//!
//! One list holds for log lines, for exported log records, and for spans with their events and links. `Telemetry` takes it from
//! its builder's `redaction`, and the variable `GLYPH_REDACTED_FIELDS` adds names to it. A field under
//! `#[glyph(secret)]` ([`instrument_stage`](macro@crate::instrument_stage)) needs no list.

mod secret;

pub use secret::Secret;

use std::collections::BTreeSet;

/// What stands in place of a value that is not to be seen.
pub const REDACTED: &str = "[redacted]";

/// A list of field names whose values are replaced by [`REDACTED`].
///
/// A name is on the list if it, or what stands behind its last dot, is: `http.request.header.authorization`
/// is `authorization`. Case does not count, and `-` is `_`. Names are looked at, not values: what a `Debug` shows of a
/// password in it is for a [`Secret`] to hide.
///
/// ```
/// use glyph_runtime::redaction::Redaction;
///
/// let redaction = Redaction::default().with("session_key");
/// assert!(redaction.covers("http.request.header.Set-Cookie"));
/// assert!(redaction.covers("SESSION-KEY"));
/// assert!(!redaction.covers("token_count"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    names: BTreeSet<Box<[u8]>>,
    shapes: Shapes,
}

/// Which shapes the listed names have, so that nearly every other name is told apart at a glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shapes([u64; 4]);

impl Redaction {
    /// The names that are on the list unless it starts with [`Redaction::none`].
    pub const DEFAULT: [&str; 22] = [
        "access_token",
        "api_key",
        "apikey",
        "auth_token",
        "authorization",
        "client_secret",
        "cookie",
        "credential",
        "credentials",
        "id_token",
        "passwd",
        "password",
        "private_key",
        "proxy_authorization",
        "refresh_token",
        "secret",
        "secret_key",
        "session_token",
        "set_cookie",
        "token",
        "x_api_key",
        "x_auth_token",
    ];

    /// An empty list.
    #[must_use]
    pub fn none() -> Self {
        Self {
            names: BTreeSet::new(),
            shapes: Shapes::default(),
        }
    }

    /// This list and one more name.
    #[must_use]
    pub fn with(mut self, name: &str) -> Self {
        let name: Box<[u8]> = name.bytes().map(canonical).collect();
        self.insert(name);
        self
    }

    /// This list and all names of another one.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for name in &other.names {
            self.insert(name.clone());
        }
        self
    }

    /// Whether the value of a field of this name is replaced.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        let last = name.rfind('.').and_then(|dot| name.get(dot + 1..));
        self.lists(plain(name)) || last.is_some_and(|last| self.lists(plain(last)))
    }

    /// What is shown of the value of a field of this name.
    #[cfg(feature = "log")]
    pub(crate) fn shown<'v>(&self, name: &str, value: &'v str) -> &'v str {
        if self.covers(name) { REDACTED } else { value }
    }

    fn lists(&self, name: &str) -> bool {
        self.shapes.has(name.as_bytes())
            && self
                .names
                .iter()
                .any(|listed| same(listed, name.as_bytes()))
    }

    fn insert(&mut self, name: Box<[u8]>) {
        if !name.is_empty() {
            self.shapes.add(&name);
            self.names.insert(name);
        }
    }
}

impl Shapes {
    fn add(&mut self, name: &[u8]) {
        let (word, bit) = Self::place(name);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn has(&self, name: &[u8]) -> bool {
        let (word, bit) = Self::place(name);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// By length, first and last letter.
    fn place(name: &[u8]) -> (usize, u64) {
        let letter = |byte: Option<&u8>| byte.copied().map_or(0, canonical);
        let shape = usize::from(letter(name.first()))
            .wrapping_mul(31)
            .wrapping_add(usize::from(letter(name.last())).wrapping_mul(7))
            .wrapping_add(name.len());
        (shape / 64 % 4, 1 << (shape % 64))
    }
}

impl Default for Redaction {
    fn default() -> Self {
        Self::DEFAULT.into_iter().fold(Self::none(), Self::with)
    }
}

/// A name as it is written where it is no keyword.
fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

fn canonical(byte: u8) -> u8 {
    if byte == b'-' {
        b'_'
    } else {
        byte.to_ascii_lowercase()
    }
}

fn same(listed: &[u8], name: &[u8]) -> bool {
    listed.len() == name.len()
        && name
            .iter()
            .copied()
            .map(canonical)
            .eq(listed.iter().copied())
}
