//! The layer that keeps the fields of spans, and passes each event to what writes it: a log line or
//! a log record.

use std::sync::Arc;

use glyph_core::__runtime::Values;
use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::FieldSet,
    span::{Attributes, Id, Record},
};
use tracing_log::NormalizeEvent;
use tracing_subscriber::{
    Layer,
    layer::Context,
    registry::{LookupSpan, SpanRef},
};

use super::{
    fields::{Collector, FieldStore, Owner, Policy},
    filter::EventFilter,
    kept::Kept,
    layer_filter::LayerFilter,
    surroundings::{Around, Surroundings},
};
use crate::context::{ids::Correlation, thread_marks::ThreadMarks};

/// Writes events.
pub(super) trait EventWriter: Send + Sync + 'static {
    /// What the layer keeps with each span.
    type Fields: FieldStore;

    fn policy(&self) -> &Policy;

    /// Whether it writes events with this metadata.
    fn accepts(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn write(&self, event: &Occurrence<'_, Self::Fields>);
}

/// The layer of a writer, and its filter, for a subscriber of any type.
pub(crate) struct FilteredEvents<W> {
    layer: EventLayer<W>,
    filter: EventFilter,
}

struct EventLayer<W> {
    writer: W,
    surroundings: Arc<Surroundings>,
}

/// The fields of what is around an event.
pub(super) enum FieldsAround<'a, F> {
    Span(&'a F),
    Record(&'a Values),
}

impl<F: FieldStore> FieldsAround<'_, F> {
    /// Returns the fields. `buffer` is for those of a record.
    pub(super) fn collected<'f>(&'f self, policy: &Policy, buffer: &'f mut F) -> &'f F {
        match self {
            Self::Span(fields) => fields,
            Self::Record(values) => {
                buffer.clear();
                policy.collect(values, buffer);
                buffer
            }
        }
    }
}

/// Passes the fields of all that is around an event to a function, the innermost first.
type EachAround<'a, F> = dyn Fn(&mut dyn FnMut(FieldsAround<'_, F>)) + 'a;

/// An event and its context.
pub(super) struct Occurrence<'a, F> {
    event: &'a Event<'a>,
    /// Whether the event is a record of the `log` crate.
    is_bridged: bool,
    each_around: &'a EachAround<'a, F>,
    pub(super) metadata: &'a Metadata<'a>,
    pub(super) correlation: Correlation,
}

impl<F: FieldStore> Occurrence<'_, F> {
    /// Adds the fields of the event.
    pub(super) fn fields(&self, policy: &Policy, fields: &mut F) {
        self.event.record(&mut Collector {
            fields,
            policy,
            owner: Owner::event(self.is_bridged),
            names: self.event.metadata().fields(),
        });
    }

    /// Passes the fields of each span and record around the event to `read`, the innermost first.
    pub(super) fn each_around(&self, read: &mut dyn FnMut(FieldsAround<'_, F>)) {
        (self.each_around)(read);
    }
}

#[expect(
    private_bounds,
    reason = "code outside of the log has the layers that pipelines return, and no writers of its own"
)]
impl<W: EventWriter> FilteredEvents<W> {
    pub(super) fn new(writer: W, filter: EventFilter) -> Self {
        let limits = &writer.policy().limits;
        let surroundings = Arc::new(Surroundings::new(filter.clone(), limits));
        Self {
            layer: EventLayer {
                writer,
                surroundings,
            },
            filter,
        }
    }

    /// Returns the layer for a subscriber of this type.
    pub(crate) fn on<S>(self) -> impl Layer<S> + use<S, W>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let surroundings = Arc::clone(&self.layer.surroundings);
        let filter = LayerFilter::<W::Fields>::new(self.filter, surroundings);
        self.layer.and_then(ThreadMarks).with_filter(filter)
    }
}

impl<W: EventWriter> EventLayer<W> {
    /// Returns the fields that `record` passes to a visitor.
    fn of_span(
        &self,
        names: &FieldSet,
        record: impl FnOnce(&mut Collector<'_, W::Fields>),
    ) -> W::Fields {
        let mut fields = W::Fields::default();
        record(&mut Collector {
            fields: &mut fields,
            policy: self.writer.policy(),
            owner: Owner::Span,
            names,
        });
        fields
    }
}

impl<S, W> Layer<S> for EventLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: EventWriter,
{
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.surroundings.registered(subscriber);
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        Surroundings::created(attributes, &span);
        let names = attributes.metadata().fields();
        let fields = self.of_span(names, |collector| attributes.record(collector));
        if !fields.is_empty() {
            self.change(&span, |kept| kept.fields = fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let names = span.metadata().fields();
        let fields = self.of_span(names, |collector| values.record(collector));
        self.change(&span, |kept| kept.record(fields));
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        self.surroundings.entered(id);
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        self.surroundings.left(id);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        if !self.writer.accepts(metadata) {
            return;
        }
        let mut correlation = Correlation::current(metadata.target());
        if !in_current_span(event, &context) {
            correlation.span = None;
        }
        self.writer.write(&Occurrence {
            event,
            is_bridged: normalized.is_some(),
            each_around: &|read| self.each_around(event, &context, read),
            metadata,
            correlation,
        });
    }
}

impl<W: EventWriter> EventLayer<W> {
    fn change<'s, S>(&self, span: &SpanRef<'s, S>, change: impl FnOnce(&mut Kept<W::Fields>))
    where
        S: LookupSpan<'s>,
    {
        Kept::change(
            &mut span.extensions_mut(),
            self.surroundings.layer(),
            change,
        );
    }

    fn each_around<S>(
        &self,
        event: &Event<'_>,
        context: &Context<'_, S>,
        read: &mut dyn FnMut(FieldsAround<'_, W::Fields>),
    ) where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let read = &mut |around: Around<'_, '_, S>| match around {
            Around::Span(span) => {
                if let Some(kept) = Kept::of(&span.extensions(), self.surroundings.layer()) {
                    read(FieldsAround::Span(&kept.fields));
                }
            }
            Around::Record(values) => read(FieldsAround::Record(values)),
        };
        self.surroundings.each(event, context, read);
    }
}

/// Whether the event belongs to the current span. An event with another explicit parent is not part
/// of the current trace.
fn in_current_span<S>(event: &Event<'_>, context: &Context<'_, S>) -> bool
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    event.is_contextual()
        || event
            .parent()
            .is_some_and(|parent| context.current_span().id() == Some(parent))
}
