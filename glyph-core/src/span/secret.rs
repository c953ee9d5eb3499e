//! Values that are not printed.

use std::fmt;

/// The text in place of a redacted value.
pub const REDACTED: &str = "[redacted]";

/// A value whose `Debug` and `Display` print `[redacted]`.
///
/// It implements no `Serialize`, no `Deref` and no `tracing::Value`, so the value cannot become a
/// field by accident. It has no cost at run time.
///
/// ```
/// # mod glyph_runtime { pub mod redaction { pub use glyph_core::Secret; } }
/// use glyph_runtime::redaction::Secret;
///
/// let token = Secret::new("hunter2");
/// tracing::info!(token = %token, user = "ada", "signed in");
/// assert_eq!(format!("{token:?} {token}"), "[redacted] [redacted]");
/// assert_eq!(token.expose().len(), 7);
/// ```
///
/// As a field it needs `%` or `?`:
///
/// ```compile_fail
/// # mod glyph_runtime { pub mod redaction { pub use glyph_core::Secret; } }
/// # use glyph_runtime::redaction::Secret;
/// let token = Secret::new("hunter2");
/// tracing::info!(token, "signed in");
/// ```
#[derive(Clone, Copy, Default)]
#[repr(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the value.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Unwraps the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}
