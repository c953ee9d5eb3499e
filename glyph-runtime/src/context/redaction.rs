//! The list of field names whose values never leave the process.

use std::collections::BTreeSet;

pub use crate::span::REDACTED;

/// A list of field names whose values are replaced by [`REDACTED`].
///
/// A name is on the list if it, or what stands behind its last dot, is: `http.request.header.authorization`
/// is `authorization`. Case does not count, and `-` is `_`. Names are looked at, not values: what a `Debug` shows of a
/// password in it is for a [`Secret`](crate::redaction::Secret) to hide.
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
    endings: Endings,
}

/// How the listed names end, by their last two letters: a glance at it is enough for nearly every other name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Endings([u64; 16]);

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
            endings: Endings::default(),
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
    #[inline]
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        self.endings.has(name.as_bytes()) && self.lists(name)
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
            self.endings.add(&name);
            self.names.insert(name);
        }
    }
}

impl Endings {
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

    /// A name behind a dot, or behind `r#`, has the place that it has by itself.
    fn place(name: &[u8]) -> (usize, u64) {
        let (before, last) = match *name {
            [] => (0, 0),
            [last] | [.., b'.' | b'#', last] => (0, last),
            [.., before, last] => (before, last),
        };
        let ending = usize::from(canonical(before)) * 37 + usize::from(canonical(last));
        (ending / 64 % 16, 1 << (ending % 64))
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

fn same(listed: &[u8], name: &str) -> bool {
    listed.len() == name.len() && name.bytes().map(canonical).eq(listed.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::Redaction;

    #[test]
    fn names_are_found_by_themselves_behind_dots_and_behind_the_mark_of_a_keyword() {
        for listed in ["x", "id", "Shoe-Size", "user.pin", "größe", "..", "#"] {
            let redaction = Redaction::none().with(listed);
            for name in [
                listed.to_owned(),
                format!("a.{listed}"),
                format!("a.b.{}", listed.to_ascii_uppercase()),
                format!("r#{listed}"),
            ] {
                // What has a dot itself is found as a whole alone.
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
