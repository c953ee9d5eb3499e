//! Threads that have used spans.

use glyph_core::__runtime::FirstUse;
use tracing::{
    Subscriber,
    span::{Attributes, Id},
};
use tracing_subscriber::{Layer, layer::Context};

/// Marks the first spans of a thread, after the layer that it is added to. Once these marks are
/// dropped, glyph opens and enters no span on the thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThreadMarks;

impl<S: Subscriber> Layer<S> for ThreadMarks {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        FirstUse::NewSpan.mark();
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        FirstUse::EnteredSpan.mark();
    }
}
