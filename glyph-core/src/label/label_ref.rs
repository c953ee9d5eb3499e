//! The value of a label, as expansions read it.

use std::{borrow::Cow, ops::Deref};

use super::{CallLookup, Label, LabelStride, LabelText, OpenLookup, OpenValues};

/// A reference to the value of a label. Expansions read it at run time.
///
/// A constant describes each label, and rustc reports a type that is not a label there. The methods of
/// [`NotALabel`] apply to such a type here, so that the error is the only one.
#[doc(hidden)]
#[derive(Debug)]
pub struct LabelRef<'value, T>(pub &'value T);

/// The value of a label with its text.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct ShownLabel {
    /// Zero for an open label.
    pub(crate) digit: usize,
    pub(crate) text: Cow<'static, str>,
}

impl<T: Label> LabelRef<'_, T> {
    /// See [`LabelStride::offset`].
    #[must_use]
    #[inline]
    pub fn offset(self, stride: &LabelStride, open: OpenLookup<'_>) -> usize {
        stride.offset(self.0, open)
    }

    /// See [`LabelStride::closed`].
    #[must_use]
    #[inline]
    pub fn closed(self, stride: &LabelStride) -> usize {
        stride.closed(self.0)
    }

    /// See [`CallLookup::offset`].
    #[inline]
    pub fn call_offset(
        self,
        lookup: &mut CallLookup,
        stride: &LabelStride,
        open: &[OpenValues],
        numbers: (usize, usize),
    ) -> usize {
        lookup.offset(stride, self.0, open, numbers)
    }

    /// See [`Label::with_text`].
    #[inline]
    pub fn with_text<R>(self, read: impl FnOnce(&str) -> R) -> R {
        self.0.with_text(read)
    }

    /// See [`LabelText::of`].
    #[must_use]
    #[inline]
    pub fn text(self, text: &str) -> LabelText<'_> {
        LabelText::of(self.0, text)
    }

    /// Returns the digit of a closed label, and zero for an open one.
    #[must_use]
    #[inline]
    pub fn digit(self) -> usize {
        self.0.digit(None)
    }

    /// Returns the value with its text.
    #[must_use]
    pub fn shown(self) -> ShownLabel {
        let digit = self.0.digit(None);
        let listed = T::VALUES.and_then(|values| values.get(digit));
        let text = listed.map_or_else(
            || self.0.with_text(|text| Cow::Owned(text.to_owned())),
            |text| Cow::Borrowed(*text),
        );
        ShownLabel { digit, text }
    }
}

impl<T> Deref for LabelRef<'_, T> {
    type Target = NotALabel;

    fn deref(&self) -> &NotALabel {
        &NotALabel
    }
}

/// Stands for the value of a type that is not a label. It is type-checked, and never used.
#[doc(hidden)]
#[derive(Debug)]
pub struct NotALabel;

impl NotALabel {
    #[must_use]
    pub const fn offset(&self, _: &LabelStride, _: OpenLookup<'_>) -> usize {
        0
    }

    #[must_use]
    pub const fn closed(&self, _: &LabelStride) -> usize {
        0
    }

    #[must_use]
    pub const fn call_offset(
        &self,
        _: &mut CallLookup,
        _: &LabelStride,
        _: &[OpenValues],
        _: (usize, usize),
    ) -> usize {
        0
    }

    pub fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read("")
    }

    #[must_use]
    pub const fn text<'text>(&self, text: &'text str) -> LabelText<'text> {
        LabelText::Open(text)
    }

    #[must_use]
    pub const fn digit(&self) -> usize {
        0
    }

    #[must_use]
    pub const fn shown(&self) -> ShownLabel {
        ShownLabel {
            digit: 0,
            text: Cow::Borrowed(""),
        }
    }
}
