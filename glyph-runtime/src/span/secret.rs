//! Values that print nothing of themselves.

use std::fmt;

/// What stands in place of a value that is not to be seen.
pub const REDACTED: &str = "[redacted]";

/// A value that shows itself to nobody who formats it.
///
/// `Debug` and `Display` write `[redacted]`, whatever the format; there is no `Serialize`, no `Deref` and no
/// `tracing::Value`, so that the value itself cannot slip into a field. It costs nothing.
///
/// ```
/// use glyph_runtime::redaction::Secret;
///
/// let token = Secret::new("hunter2");
/// tracing::info!(token = %token, user = "ada", "signed in");
/// assert_eq!(format!("{token:?} {token}"), "[redacted] [redacted]");
/// assert_eq!(token.expose().len(), 7);
/// ```
///
/// A field takes it by `%` or `?` alone:
///
/// ```compile_fail
/// # use glyph_runtime::redaction::Secret;
/// let token = Secret::new("hunter2");
/// tracing::info!(token, "signed in");
/// ```
#[derive(Clone, Copy, Default)]
#[repr(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one who uses it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, without its cover.
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
