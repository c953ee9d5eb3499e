//! Values of closed labels from strings: settings, arguments, files.

use std::{error::Error, fmt};

use super::Label;
use crate::{nearest::nearest, text::prefix};

/// The limit of bytes of a rejected string that an error shows.
const SHOWN: usize = 64;

/// The limit of allowed values that an error lists.
const LISTED: usize = 32;

/// The error of a string that is not a value of a closed label.
///
/// `FromStr` and `TryFrom<&str>` of an enum under `#[derive(Label)]` return it. The message has the
/// nearest value and the allowed ones. Of the string it shows 64 bytes at most, with control
/// characters escaped.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::Label;
///
/// #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
/// pub enum Provider {
///     Deepgram,
///     Elevenlabs,
/// }
///
/// let error = "deepgran".parse::<Provider>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`deepgran` is not a value of label `provider`; did you mean `deepgram`? \
///      allowed: deepgram, elevenlabs"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseLabelError {
    label: &'static str,
    values: &'static [&'static str],
    found: Box<str>,
}

impl ParseLabelError {
    /// The name of the label.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        self.label
    }

    /// The values that the label has.
    #[must_use]
    pub const fn values(&self) -> &'static [&'static str] {
        self.values
    }

    /// The value nearest to the string, if one is near enough. Case is ignored.
    #[must_use]
    pub fn nearest(&self) -> Option<&'static str> {
        let near = |text: &str| nearest(text, self.values);
        let index = near(&self.found).or_else(|| near(&self.found.to_lowercase()))?;
        self.values.get(index).copied()
    }
}

impl fmt::Display for ParseLabelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.found.escape_debug();
        write!(
            formatter,
            "`{found}` is not a value of label `{}`; ",
            self.label
        )?;
        if let Some(nearest) = self.nearest() {
            write!(formatter, "did you mean `{nearest}`? ")?;
        }
        let (listed, rest) = self
            .values
            .split_at_checked(LISTED)
            .unwrap_or((self.values, &[]));
        write!(formatter, "allowed: {}", listed.join(", "))?;
        if !rest.is_empty() {
            write!(formatter, " and {} more", rest.len())?;
        }
        Ok(())
    }
}

impl Error for ParseLabelError {}

/// Returns the value that is written as `text`.
#[doc(hidden)]
pub fn parsed<T: Label>(text: &str) -> Result<T, ParseLabelError> {
    let values = T::VALUES.unwrap_or_default();
    match values.iter().position(|known| *known == text) {
        Some(index) => Ok(T::literal(index, "")),
        None => Err(ParseLabelError {
            label: T::NAME,
            values,
            found: prefix(text, SHOWN).into(),
        }),
    }
}
