//! The texts of label values.

use super::Label;

/// The text of a label's value.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum LabelText<'text> {
    /// A value that the type of the label lists. A reference to it takes one word.
    Listed(&'static &'static str),
    /// The value of an open label.
    Open(&'text str),
    /// The label is set at the end of the call.
    Absent,
}

impl<'text> LabelText<'text> {
    /// Returns the text of a value. `text` is what the label has passed on as its text.
    #[inline]
    pub fn of<L: Label>(label: &L, text: &'text str) -> Self {
        let listed = L::VALUES.and_then(|values| values.get(label.digit(None)));
        listed.map_or(Self::Open(text), Self::Listed)
    }

    /// Returns the text, unless the label is absent.
    #[must_use]
    pub const fn as_str(&self) -> Option<&str> {
        match self {
            Self::Listed(text) => Some(text),
            Self::Open(text) => Some(text),
            Self::Absent => None,
        }
    }
}
