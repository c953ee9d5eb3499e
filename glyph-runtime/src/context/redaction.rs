//! The list of field names whose values never leave the process.

use std::collections::BTreeSet;

pub use glyph_core::__runtime::REDACTED;
use glyph_core::__runtime::{SECRET_NAMES, has_words_at, is_separator, is_word_start};

/// A list of field names whose values are replaced by [`REDACTED`].
///
/// A name matches if it has the words of a listed name next to each other: `password` is in
/// `db_password`, `userPassword`, `smtp.password.value`, `PASSWORD-HASH` and `passwords`. Listed
/// names have words too: `api_key` is also in `X-API-Key` and `apikey`. Letters beyond ASCII are
/// compared as they are.
///
/// `token`, `cookie`, `credential` and `credentials` match only as the last word and not in another
/// plural, so `token_count` and `prompt_tokens` are shown. They do not match after `first`, `inter`,
/// `next` and `max`, so `time_to_first_token` is shown.
///
/// Redaction goes by name: for a password inside of a value, use
/// [`Secret`](crate::redaction::Secret). A catalog rejects labels with the names of the default list
/// when it is compiled.
///
/// ```
/// use glyph_runtime::redaction::Redaction;
///
/// let redaction = Redaction::default().with("session_key");
/// assert!(redaction.covers("http.request.header.Set-Cookie"));
/// assert!(redaction.covers("aws_secret_access_key"));
/// assert!(redaction.covers("userSessionKey"));
/// assert!(!redaction.covers("token_count"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// The letters and digits of each name, in lower case.
    names: BTreeSet<Box<[u8]>>,
    starts: Starts,
}

/// The first two letters of the listed names, as a set of bits. It rules out nearly every other
/// word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Starts {
    pairs: [u64; 16],
    firsts: u32,
}

impl Redaction {
    /// The names of the default list. Start with [`Redaction::none`] for a list without them.
    pub const DEFAULT: [&str; SECRET_NAMES.len()] = SECRET_NAMES;

    /// An empty list.
    #[must_use]
    pub fn none() -> Self {
        Self {
            names: BTreeSet::new(),
            starts: Starts::default(),
        }
    }

    /// Adds a name. A name without letters and digits changes nothing.
    #[must_use]
    pub fn with(mut self, name: &str) -> Self {
        let name = name.strip_prefix("r#").unwrap_or(name);
        let letters = name.bytes().filter(|byte| !is_separator(*byte));
        self.insert(letters.map(|byte| byte.to_ascii_lowercase()).collect());
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
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        let name = name.as_bytes();
        (0..name.len()).any(|at| self.starts.has(name, at) && self.has_words_at(name, at))
    }

    fn has_words_at(&self, name: &[u8], at: usize) -> bool {
        let mut names = self.names.iter();
        is_word_start(name, at) && names.any(|listed| has_words_at(name, at, listed))
    }

    fn insert(&mut self, name: Box<[u8]>) {
        if !name.is_empty() {
            self.starts.add(&name);
            self.names.insert(name);
        }
    }
}

impl Starts {
    fn add(&mut self, name: &[u8]) {
        let first = name.first().copied().unwrap_or_default();
        self.firsts |= 1 << (first % 32);
        // Any byte can come after a name of one letter.
        let seconds = match name.get(1) {
            Some(second) => *second..=*second,
            None => 0..=31,
        };
        for second in seconds {
            let (word, bit) = Self::position(first, second);
            if let Some(word) = self.pairs.get_mut(word) {
                *word |= bit;
            }
        }
    }

    /// Returns whether a listed name may start here. Separators between its letters do not matter.
    #[inline]
    fn has(&self, name: &[u8], at: usize) -> bool {
        let first = name.get(at).copied().unwrap_or_default();
        match name.get(at + 1) {
            Some(second) if !is_separator(*second) => {
                let (word, bit) = Self::position(first, *second);
                self.pairs.get(word).is_some_and(|word| word & bit != 0)
            }
            _ => self.firsts & (1 << (first % 32)) != 0,
        }
    }

    /// Returns the bit of two letters in any case.
    fn position(first: u8, second: u8) -> (usize, u64) {
        let pair = usize::from(first % 32) * 32 + usize::from(second % 32);
        (pair / 64, 1 << (pair % 64))
    }
}

impl Default for Redaction {
    fn default() -> Self {
        Self::DEFAULT.into_iter().fold(Self::none(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use glyph_core::__runtime::is_secret;

    use super::Redaction;

    #[test]
    fn listed_name_matches_wherever_its_words_are() {
        for listed in ["x", "id", "Shoe-Size", "user.pin", "größe", "k8s", "iban"] {
            let redaction = Redaction::none().with(listed);
            for name in [
                listed.to_owned(),
                format!("a.{listed}"),
                format!("a_b-{}", listed.to_ascii_uppercase()),
                format!("r#{listed}"),
                format!("{listed}.y"),
                format!("{listed}s"),
                format!("{listed}2"),
                format!("a_{}_z", listed.replace(['-', '.'], "_")),
                listed.replace(['-', '.'], ""),
            ] {
                assert!(redaction.covers(&name), "{name} by {listed}");
            }
            for name in [
                String::new(),
                format!("{listed}x"),
                format!("a{}", listed.to_ascii_lowercase()),
            ] {
                assert!(!redaction.covers(&name), "{name} by {listed}");
            }
        }
    }

    #[test]
    fn name_without_letters_is_not_listed() {
        for name in ["", "..", "#", "r#"] {
            assert_eq!(Redaction::none().with(name), Redaction::none());
        }
    }

    #[test]
    fn default_list_covers_its_names_and_those_that_labels_cannot_have() {
        let redaction = Redaction::default();
        for name in Redaction::DEFAULT {
            assert!(redaction.covers(name), "{name}");
            assert!(
                redaction.covers(&format!("http.{}", name.to_uppercase())),
                "{name}"
            );
        }
        for name in [
            "access_token",
            "api_key",
            "auth_token",
            "client_secret",
            "id_token",
            "proxy_authorization",
            "set_cookie",
            "x_api_key",
            "userPassword",
            "token_count",
            "prompt_tokens",
            "time_to_first_token",
            "keyboard",
        ] {
            assert_eq!(redaction.covers(name), is_secret(name), "{name}");
        }
    }

    proptest::proptest! {
        /// The bits of [`Starts`](super::Starts) rule out no name.
        #[test]
        fn names_are_found_as_in_the_catalog(name in "(first|a|Api|_|-|[.]|key|s|token|Pass|word|[a-zA-Z0-9é]){0,6}") {
            proptest::prop_assert_eq!(Redaction::default().covers(&name), is_secret(&name));
        }
    }
}
