//! Adds attributes, events and links to a span after it has begun.

use std::{any::Any, borrow::Cow};

use tracing::{Span, span::Id};

use super::RecordedValue;
use crate::Exemplar;

/// Passes names and values to a function.
pub type EachAttribute<'a> = dyn Fn(&mut dyn FnMut(&'static str, RecordedValue<'_>)) + 'a;

/// A span of a trace that takes attributes, events and links. A runtime implements it.
#[doc(hidden)]
pub trait Annotate {
    /// Sets an attribute.
    fn set_attribute(&self, key: Cow<'static, str>, value: RecordedValue<'_>);

    /// Adds an event.
    fn add_event(&self, name: Cow<'static, str>, attributes: &EachAttribute<'_>);

    /// Links the span to a sampled one of another trace or process.
    fn link(&self, to: Exemplar);

    /// Links the span to one of `tracing`'s, of any subscriber.
    fn link_to_span(&self, to: &Span);

    /// Links the span to a span context of the runtime's.
    fn link_to_remote(&self, to: &dyn Any);

    /// Links the span to an open one of the current subscriber.
    fn link_to_id(&self, to: &Id);

    /// Returns the ids of the span. `None` if it is not sampled.
    fn exemplar(&self) -> Option<Exemplar>;
}
