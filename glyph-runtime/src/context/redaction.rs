//! The list of field names whose values never leave the process.

use std::collections::BTreeSet;

pub use glyph_core::__runtime::REDACTED;

/// A list of field names whose values are replaced by [`REDACTED`].
///
/// A name matches by itself or by its part after the last dot: `http.request.header.authorization`
/// matches `authorization`. Case is ignored, and `-` equals `_`. Redaction goes by name: for a
/// password inside of a value, use [`Secret`](crate::redaction::Secret).
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
    suffixes: Suffixes,
}

/// The last two letters of the listed names, as a set of bits. It rules out nearly every other
/// name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Suffixes([u64; 16]);

impl Redaction {
    /// The names of the default list. Start with [`Redaction::none`] for a list without them.
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
            suffixes: Suffixes::default(),
        }
    }

    /// Adds a name.
    #[must_use]
    pub fn with(mut self, name: &str) -> Self {
        let name: Box<[u8]> = name.bytes().map(canonical).collect();
        self.insert(name);
        self
    }

    /// Adds all names of another list.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for name in &other.names {
            self.insert(name.clone());
        }
        self
    }

    /// Returns whether the value of a field with this name is replaced.
    #[inline]
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        self.suffixes.has(name.as_bytes()) && self.lists(name)
    }

    fn lists(&self, name: &str) -> bool {
        let last = name.rsplit('.').next().unwrap_or(name);
        let (name, last) = (plain(name), plain(last));
        self.names
            .iter()
            .any(|listed| same(listed, last) || same(listed, name))
    }

    fn insert(&mut self, name: Box<[u8]>) {
        if !name.is_empty() {
            self.suffixes.add(&name);
            self.names.insert(name);
        }
    }
}

impl Suffixes {
    fn add(&mut self, name: &[u8]) {
        let (word, bit) = Self::position(name);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    fn has(&self, name: &[u8]) -> bool {
        let (word, bit) = Self::position(name);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Returns the bit of a name. A name after a dot, or after `r#`, has the same bit as the name
    /// alone.
    fn position(name: &[u8]) -> (usize, u64) {
        let (before, last) = match *name {
            [] => (0, 0),
            [last] | [.., b'.' | b'#', last] => (0, last),
            [.., before, last] => (before, last),
        };
        let suffix = usize::from(canonical(before)) * 37 + usize::from(canonical(last));
        (suffix / 64 % 16, 1 << (suffix % 64))
    }
}

impl Default for Redaction {
    fn default() -> Self {
        Self::DEFAULT.into_iter().fold(Self::none(), Self::with)
    }
}

/// Returns a name without the prefix of a raw identifier.
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

fn same(listed: &[u8], name: &str) -> bool {
    listed.len() == name.len() && name.bytes().map(canonical).eq(listed.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::Redaction;

    #[test]
    fn listed_name_matches_alone_after_a_dot_and_as_a_raw_identifier() {
        for listed in ["x", "id", "Shoe-Size", "user.pin", "größe", "..", "#"] {
            let redaction = Redaction::none().with(listed);
            for name in [
                listed.to_owned(),
                format!("a.{listed}"),
                format!("a.b.{}", listed.to_ascii_uppercase()),
                format!("r#{listed}"),
            ] {
                // A listed name with a dot matches as a whole only.
                let expected = !listed.contains('.') || !name.starts_with("a.");
                assert_eq!(redaction.covers(&name), expected, "{name} by {listed}");
            }
            for name in [
                String::new(),
                format!("{listed}x"),
                format!("{listed}.y"),
                format!("a{listed}"),
            ] {
                assert!(!redaction.covers(&name), "{name} by {listed}");
            }
        }
    }

    #[test]
    fn every_name_of_the_default_list_is_covered() {
        let redaction = Redaction::default();
        for name in Redaction::DEFAULT {
            assert!(redaction.covers(name), "{name}");
            assert!(redaction.covers(&format!("http.{}", name.replace('_', "-").to_uppercase())));
        }
    }
}
