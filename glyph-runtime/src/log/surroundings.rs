//! The surroundings of an event: spans of `tracing`'s, and records of spans that were not built.

use std::{
    ptr::from_ref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
};

use tracing::{
    Dispatch, Event, Level, Subscriber,
    dispatcher::WeakDispatch,
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Registry,
    layer::Context,
    registry::{Extensions, LookupSpan, SpanData as _, SpanRef},
};

use super::{filter::EventFilter, settings::Limits};
use glyph_core::__runtime::{
    Enclosing, RecordReader, SharedRecord, SpanKey, Values, current_shared, enclosing,
    note_entered, note_left,
};

/// Connects a layer to the records of the threads: they need to know in which spans they are.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// The address of the registry, or zero if the layer does not know it.
    registry: AtomicUsize,
    subscriber: OnceLock<WeakDispatch>,
    /// The filter of the layer, which hides records as it hides spans.
    filter: EventFilter,
    _reader: RecordReader,
}

/// Whether a span was created in a record, and filters can hide the span from a layer that shows the
/// record.
static MAY_HIDE_RECORDS: AtomicBool = AtomicBool::new(false);

/// The record that a span was created in.
struct InRecord(Arc<SharedRecord>);

/// A span around others.
enum Next<'c, S: LookupSpan<'c>> {
    Seen(SpanRef<'c, S>),
    /// Filters hide it from the layer, or it is closed.
    Hidden(Id),
}

/// What is around an event.
pub(super) enum Around<'a, 'span, S: LookupSpan<'span>> {
    /// A span of `tracing`'s.
    Span(&'a SpanRef<'span, S>),
    /// The values of a record. Updates come before what they update.
    Record(&'a Values),
}

impl Surroundings {
    pub(super) fn new(filter: EventFilter, limits: &Limits) -> Self {
        Self {
            registry: AtomicUsize::new(0),
            subscriber: OnceLock::new(),
            filter,
            _reader: RecordReader::new(limits.value_bytes, limits.line_bytes),
        }
    }

    /// Call it when the layer learns its subscriber.
    pub(super) fn registered(&self, subscriber: &Dispatch) {
        if let Some(registry) = subscriber.downcast_ref::<Registry>() {
            self.registry.store(from_ref(registry).addr(), Relaxed);
            let _registered_before = self.subscriber.set(subscriber.downgrade());
        }
    }

    /// Call it when a span is entered.
    pub(super) fn entered(&self, id: &Id) {
        note_entered(self.layer(), self.place(id));
    }

    /// Call it when a span is left.
    pub(super) fn left(&self, id: &Id) {
        note_left(self.layer(), self.place(id));
    }

    /// Call it for each new span. Its lines have the fields of the record that it was created in.
    pub(super) fn created<S>(attributes: &Attributes<'_>, span: &SpanRef<'_, S>)
    where
        S: for<'a> LookupSpan<'a>,
    {
        if attributes.is_contextual()
            && let Some(record) = current_shared()
        {
            if *span.metadata().level() > Level::INFO {
                MAY_HIDE_RECORDS.store(true, Relaxed);
            }
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
            self.each_from(context.event_span(event).map(Next::Seen), context, read);
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
        let found = enclosing(self.layer(), &mut |values| {
            self.read_record(values, context, read);
        });
        let next = match found {
            Enclosing::CurrentSpan => context.lookup_current().map(Next::Seen),
            other => self.next(other, context),
        };
        self.each_from(next, context, read);
    }

    fn each_from<'c, S>(
        &self,
        mut next: Option<Next<'c, S>>,
        context: &'c Context<'_, S>,
        read: &mut dyn FnMut(Around<'_, 'c, S>),
    ) where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        while let Some(span) = next {
            let (record, around) = match span {
                Next::Seen(span) => {
                    read(Around::Span(&span));
                    // Apart from what follows: a lock that is read twice at once can be a deadlock.
                    let record = record_of(&span.extensions());
                    let parent = match record {
                        Some(_) => None,
                        None => self.parent(&span, context),
                    };
                    (record, parent)
                }
                Next::Hidden(id) => self.around_hidden(&id, context),
            };
            next = match record {
                Some(record) => {
                    let outside = record.each(&mut |values| {
                        self.read_record(values, context, read);
                    });
                    self.next(outside, context)
                }
                None => around,
            };
        }
    }

    /// Passes the values of a record to `read`, if the layer would have seen the span in its place.
    fn read_record<'c, S>(
        &self,
        values: &Values,
        context: &'c Context<'_, S>,
        read: &mut dyn FnMut(Around<'_, 'c, S>),
    ) where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let metadata = values.metadata();
        if metadata.is_none_or(|metadata| self.filter.passes_span(metadata, context)) {
            read(Around::Record(values));
        }
    }

    /// Returns the span, if it is one of this subscriber.
    fn next<'c, S>(&self, of: Enclosing, context: &'c Context<'_, S>) -> Option<Next<'c, S>>
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
        Some(find(Id::from_u64(place.id), context))
    }

    /// Returns the parent of a span. Records can be around a parent that filters hide.
    fn parent<'c, S>(
        &self,
        span: &SpanRef<'c, S>,
        context: &'c Context<'_, S>,
    ) -> Option<Next<'c, S>>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        if MAY_HIDE_RECORDS.load(Relaxed) {
            self.around_hidden(&span.id(), context).1
        } else {
            span.parent().map(Next::Seen)
        }
    }

    /// Returns the record that a span was created in, and its parent, whatever filters hide.
    fn around_hidden<'c, S>(
        &self,
        id: &Id,
        context: &'c Context<'_, S>,
    ) -> (Option<Arc<SharedRecord>>, Option<Next<'c, S>>)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let subscriber = self.subscriber.get().and_then(WeakDispatch::upgrade);
        let registry = subscriber.as_ref().and_then(Dispatch::downcast_ref);
        let Some(span) = registry.and_then(|registry: &Registry| registry.span_data(id)) else {
            return (None, None);
        };
        let record = record_of(&span.extensions());
        let parent = span.parent().cloned().map(|parent| find(parent, context));
        (record, parent)
    }

    /// The identity of the layer.
    pub(super) fn layer(&self) -> usize {
        from_ref(self).addr()
    }

    fn place(&self, id: &Id) -> SpanKey {
        SpanKey {
            registry: self.registry.load(Relaxed),
            id: id.into_u64(),
        }
    }
}

fn find<'c, S>(id: Id, context: &'c Context<'_, S>) -> Next<'c, S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    match context.span(&id) {
        Some(span) => Next::Seen(span),
        None => Next::Hidden(id),
    }
}

fn record_of(extensions: &Extensions<'_>) -> Option<Arc<SharedRecord>> {
    extensions.get().map(|InRecord(record)| Arc::clone(record))
}
