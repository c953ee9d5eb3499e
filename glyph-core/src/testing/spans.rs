//! Spans and events in memory.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    layer::Context,
    registry::{LookupSpan, SpanRef},
};

use crate::sync::lock;

/// The state of a span at the moment of the lookup.
#[derive(Clone, Debug)]
pub struct CapturedSpan {
    metadata: &'static Metadata<'static>,
    fields: Fields,
    parent: Option<&'static str>,
    links: Vec<&'static str>,
    events: Vec<CapturedEvent>,
    entered: u64,
    closed: bool,
}

impl CapturedSpan {
    /// The name. For a stage's span, that of the stage.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.metadata.name()
    }

    /// The level.
    #[must_use]
    pub fn level(&self) -> Level {
        *self.metadata.level()
    }

    /// The target, usually the module's path.
    #[must_use]
    pub fn target(&self) -> &'static str {
        self.metadata.target()
    }

    /// Returns the value of a field, or of a stage's label, as a string. `None` while it has no
    /// value.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.value(name)
    }

    /// Returns all fields that have a value, by name.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.all()
    }

    /// The span's status, `ERROR` or `OK` (the field `otel.status_code`).
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.field("otel.status_code")
    }

    /// The type of the error that ended it (OpenTelemetry semantic conventions, attribute
    /// `error.type`).
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.field("error.type")
    }

    /// The kind, such as `client` (the field `otel.kind`). `None` for an internal span.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.field("otel.kind")
    }

    /// The name of the parent span.
    #[must_use]
    pub fn parent(&self) -> Option<&'static str> {
        self.parent
    }

    /// The names of the spans that it follows from.
    #[must_use]
    pub fn links(&self) -> &[&'static str] {
        &self.links
    }

    /// The events in it, without those in its children.
    #[must_use]
    pub fn events(&self) -> &[CapturedEvent] {
        &self.events
    }

    /// The static metadata: the source location, and the fields that it can have.
    #[must_use]
    pub fn metadata(&self) -> &'static Metadata<'static> {
        self.metadata
    }

    /// The number of times it was entered. A future enters its span for each poll.
    #[must_use]
    pub fn times_entered(&self) -> u64 {
        self.entered
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}

/// A log event.
#[derive(Clone, Debug)]
pub struct CapturedEvent {
    metadata: &'static Metadata<'static>,
    fields: Fields,
    span: Option<&'static str>,
}

impl CapturedEvent {
    /// The message; can be empty.
    #[must_use]
    pub fn message(&self) -> &str {
        self.field("message").unwrap_or_default()
    }

    /// The level.
    #[must_use]
    pub fn level(&self) -> Level {
        *self.metadata.level()
    }

    /// The target, usually the module's path.
    #[must_use]
    pub fn target(&self) -> &'static str {
        self.metadata.target()
    }

    /// Returns the value of a field as a string.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.value(name)
    }

    /// The name of the span that contains it.
    #[must_use]
    pub fn span(&self) -> Option<&'static str> {
        self.span
    }
}

#[derive(Clone, Debug, Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Adds the scope labels of the running code. Fields take precedence.
    fn add_scope(&mut self) {
        crate::scope::current_values(&mut |name, value| {
            self.0.entry(name).or_insert_with(|| value.to_owned());
        });
    }

    fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.0.insert(field.name(), value.to_string());
    }
}

/// The layer that records, and what it has recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    spans: Vec<CapturedSpan>,
    events: Vec<CapturedEvent>,
}

/// A span's index in [`Seen::spans`], kept with the span: ids are reused when their span has ended.
struct IndexOf(usize);

impl Spans {
    pub(super) fn all(&self) -> Vec<CapturedSpan> {
        self.lock().spans.clone()
    }

    pub(super) fn events(&self) -> Vec<CapturedEvent> {
        self.lock().events.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        lock(&self.0)
    }

    fn change<S>(&self, id: &Id, context: &Context<'_, S>, change: impl FnOnce(&mut CapturedSpan))
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let span = context.span(id);
        let index = span.and_then(|span| span.extensions().get().map(|IndexOf(index)| *index));
        let mut seen = self.lock();
        if let Some(span) = index.and_then(|index| seen.spans.get_mut(index)) {
            change(span);
        }
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else {
            return;
        };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        fields.add_scope();
        let mut seen = self.lock();
        span.extensions_mut().insert(IndexOf(seen.spans.len()));
        seen.spans.push(CapturedSpan {
            metadata: attributes.metadata(),
            fields,
            parent: span.parent().map(|parent| parent.name()),
            links: Vec::new(),
            events: Vec::new(),
            entered: 0,
            closed: false,
        });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        self.change(id, &context, |span| span.fields.0.append(&mut fields.0));
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: Context<'_, S>) {
        if let Some(followed) = context.span(follows) {
            self.change(id, &context, |span| span.links.push(followed.name()));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        fields.add_scope();
        let span = context.event_span(event);
        let event = CapturedEvent {
            metadata: event.metadata(),
            fields,
            span: span.as_ref().map(SpanRef::name),
        };
        if let Some(span) = span {
            let event = event.clone();
            self.change(&span.id(), &context, |span| span.events.push(event));
        }
        self.lock().events.push(event);
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.change(id, &context, |span| span.entered += 1);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        self.change(&id, &context, |span| span.closed = true);
    }
}
