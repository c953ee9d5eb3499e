//! The parent that a callsite names.

use tracing::{
    Span,
    span::{EnteredSpan, Id},
};

/// The parent of a stage's span.
#[doc(hidden)]
#[derive(Debug)]
pub enum Parent {
    /// The current span.
    Current,
    /// No parent.
    Root,
    /// The span with this id, if it is open.
    Id(Id),
    /// This span. It stays open until its child is.
    Span(Span),
}

/// Returns the parent that a callsite names.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn parent(parent: impl IntoParent) -> Parent {
    parent.into_parent()
}

/// A span, its id or `None`: what `parent = ..` takes.
///
/// A span that is disabled, or an id that is not that of an open span, is no parent: the stage's span
/// is then the root of a new trace. A span of another subscriber is the parent in the trace, if both
/// subscribers export to OpenTelemetry.
///
/// Glyph asks glyph-runtime which spans are open. Until that is connected to OpenTelemetry, and in a
/// program without it, the subscriber gets the id as it is: the registry of `tracing-subscriber`
/// panics if no span of its own with this id is open.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a parent of a span",
    label = "not a span",
    note = "`parent` takes a span, the id of a span, an `Option` of an id, or `None`"
)]
pub trait IntoParent {
    /// Returns the parent.
    #[doc(hidden)]
    fn into_parent(self) -> Parent;
}

impl IntoParent for Span {
    fn into_parent(self) -> Parent {
        if self.is_disabled() {
            Parent::Root
        } else {
            Parent::Span(self)
        }
    }
}

impl IntoParent for &Span {
    fn into_parent(self) -> Parent {
        self.clone().into_parent()
    }
}

impl IntoParent for &EnteredSpan {
    fn into_parent(self) -> Parent {
        Span::clone(self).into_parent()
    }
}

impl IntoParent for Id {
    fn into_parent(self) -> Parent {
        Parent::Id(self)
    }
}

impl IntoParent for &Id {
    fn into_parent(self) -> Parent {
        Parent::Id(self.clone())
    }
}

impl IntoParent for Option<Id> {
    fn into_parent(self) -> Parent {
        self.map_or(Parent::Root, Parent::Id)
    }
}
