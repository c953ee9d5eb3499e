//! The parent that a callsite names.

use tracing::span::Id;

/// The parent of a stage's span.
#[doc(hidden)]
#[derive(Debug)]
pub enum Parent {
    /// The current span.
    Current,
    /// This span, or no parent.
    Of(Option<Id>),
}

/// Returns the parent that a callsite names.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn parent(parent: impl Into<Option<Id>>) -> Parent {
    Parent::Of(parent.into())
}
