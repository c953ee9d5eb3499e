//! Threads that have used spans.

use glyph_core::__runtime::FirstUse;
use tracing::{
    Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id},
    subscriber::Interest,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, Filter},
};

/// Marks the first spans of a thread, after the layer that it is added to. Once these marks are
/// dropped, glyph opens and enters no span on the thread.
///
/// It is inside of each filter of glyph: a layer without a filter would have the registry create
/// spans that no other layer wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThreadMarks;

impl<S: Subscriber> Layer<S> for ThreadMarks {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        FirstUse::NewSpan.mark();
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        FirstUse::EnteredSpan.mark();
    }
}

/// Accepts the spans that any other layer wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpansOfOthers;

impl<S> Filter<S> for SpansOfOthers {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        metadata.is_span()
    }

    /// The registry asks at each span that another layer wants, and at no other.
    fn callsite_enabled(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::never()
    }

    /// No limit: on a registry, layers around each other report the limit of the outermost one.
    fn max_level_hint(&self) -> Option<LevelFilter> {
        None
    }
}
