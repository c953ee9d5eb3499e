//! The surroundings of an event: spans of `tracing`'s, and records of spans that were not built.

use std::{
    ptr::from_ref,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use tracing::{
    Dispatch, Event, Subscriber,
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Registry,
    layer::Context,
    registry::{LookupSpan, SpanRef},
};

use super::settings::Limits;
use glyph_core::__runtime::{
    Enclosing, RecordReader, SharedRecord, SpanKey, Values, current_shared, enclosing,
    note_entered, note_left,
};

/// Connects a layer to the records of the threads: they need to know in which spans they are.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// The address of the registry, or zero if the layer does not know it.
    registry: AtomicUsize,
    _reader: RecordReader,
}

/// The record that a span was created in.
struct InRecord(Arc<SharedRecord>);

/// What is around an event.
pub(super) enum Around<'a, 'span, S: LookupSpan<'span>> {
    /// A span of `tracing`'s.
    Span(&'a SpanRef<'span, S>),
    /// The values of a record. Those with no metadata update the next ones.
    Record(&'a Values),
}

impl Surroundings {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            registry: AtomicUsize::new(0),
            _reader: RecordReader::new(limits.value_bytes, limits.line_bytes),
        }
    }

    /// Call it when the layer learns its subscriber.
    pub(super) fn registered(&self, subscriber: &Dispatch) {
        if let Some(registry) = subscriber.downcast_ref::<Registry>() {
            self.registry.store(from_ref(registry).addr(), Relaxed);
        }
    }

    /// Call it when a span is entered.
    pub(super) fn entered(&self, id: &Id) {
        note_entered(from_ref(self).addr(), self.place(id));
    }

    /// Call it when a span is left.
    pub(super) fn left(&self, id: &Id) {
        note_left(from_ref(self).addr(), self.place(id));
    }

    /// Call it for each new span. Its lines have the fields of the record that it was created in.
    pub(super) fn created<S>(attributes: &Attributes<'_>, span: &SpanRef<'_, S>)
    where
        S: for<'a> LookupSpan<'a>,
    {
        if attributes.is_contextual()
            && let Some(record) = current_shared()
        {
            span.extensions_mut().replace(InRecord(record));
        }
    }

    /// Passes all that is around an event to `read`, the innermost first.
    pub(super) fn each<'c, S>(
        &self,
        event: &Event<'_>,
        context: &'c Context<'_, S>,
        read: &mut dyn FnMut(Around<'_, 'c, S>),
    ) where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        if event.is_contextual() {
            self.each_current(context, read);
        } else {
            self.each_from(context.event_span(event), context, read);
        }
    }

    /// Passes all that is around the running code to `read`, the innermost first.
    pub(super) fn each_current<'c, S>(
        &self,
        context: &'c Context<'_, S>,
        read: &mut dyn FnMut(Around<'_, 'c, S>),
    ) where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let next = match enclosing(&mut |values| read(Around::Record(values))) {
            Enclosing::CurrentSpan => context.lookup_current(),
            other => self.span(other, context),
        };
        self.each_from(next, context, read);
    }

    fn each_from<'c, S>(
        &self,
        mut next: Option<SpanRef<'c, S>>,
        context: &'c Context<'_, S>,
        read: &mut dyn FnMut(Around<'_, 'c, S>),
    ) where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        while let Some(span) = next {
            read(Around::Span(&span));
            let extensions = span.extensions();
            let record = extensions.get().map(|InRecord(record)| Arc::clone(record));
            drop(extensions);
            next = match record {
                Some(record) => {
                    let outside = record.each(&mut |values| read(Around::Record(values)));
                    self.span(outside, context)
                }
                None => span.parent(),
            };
        }
    }

    /// Returns the span, if it is open and one of this subscriber.
    fn span<'c, S>(&self, of: Enclosing, context: &'c Context<'_, S>) -> Option<SpanRef<'c, S>>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let Enclosing::Span(place) = of else {
            return None;
        };
        let is_of_this = place.registry == self.registry.load(Relaxed);
        // An id is never zero, and zero would panic.
        if !is_of_this || place.id == 0 {
            return None;
        }
        context.span(&Id::from_u64(place.id))
    }

    fn place(&self, id: &Id) -> SpanKey {
        SpanKey {
            registry: self.registry.load(Relaxed),
            id: id.into_u64(),
        }
    }
}
