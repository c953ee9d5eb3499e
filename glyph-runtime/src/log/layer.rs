//! The layer: it keeps the fields of spans, and turns events into lines.

use std::{cell::Cell, fmt, sync::Arc};

use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::FieldSet,
    span::{Attributes, Id, Record},
};
use tracing_log::NormalizeEvent;
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use super::{
    AUDIT,
    audit::Trail,
    enclosing::{Records, SpanOrRecord},
    fields::{Collector, Fields, MESSAGE, Owner, Policy},
    filter::EventFilter,
    line::{Head, Layout, Line, Style},
    names::{Names, Seen},
    queue::Queue,
    timestamp::Timestamp,
};
use crate::context::{ids::Correlation, thread_marks::ThreadMarks};

/// The layer that writes the log; made by [`Pipeline::start`](super::Pipeline::start).
pub(super) struct LogLayer {
    pub(super) policy: Policy,
    pub(super) style: Style,
    pub(super) names: Arc<Names>,
    pub(super) queue: Arc<Queue>,
    pub(super) audit: Option<AuditTrail>,
    pub(super) records: Records,
}

/// The layer and its filter, for a subscriber of any type.
pub(crate) struct LineLayer {
    pub(super) layer: LogLayer,
    pub(super) filter: EventFilter,
}

impl LineLayer {
    /// Returns the layer for a subscriber of this type.
    pub(crate) fn on<S>(self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        self.layer.and_then(ThreadMarks).with_filter(self.filter)
    }
}

/// The audit trail, and whether audit events are log lines as well.
pub(super) struct AuditTrail {
    pub(super) trail: Arc<Trail>,
    pub(super) copied: bool,
}

/// Buffers that a thread reuses for each event.
#[derive(Default)]
struct Scratch {
    fields: Fields,
    /// The fields of a record.
    recorded: Fields,
    line: Vec<u8>,
    seen: Vec<Seen>,
    timestamp: Timestamp,
}

/// An event and its context.
struct Occurrence<'a, S> {
    event: &'a Event<'a>,
    context: &'a Context<'a, S>,
    metadata: &'a Metadata<'a>,
    correlation: Correlation,
}

thread_local! {
    static SCRATCH: Cell<Scratch> = Cell::default();
}

impl Scratch {
    /// Takes the buffers out of the thread while `work` runs: a value may log when it is formatted,
    /// and that inner event gets new buffers.
    fn with(work: impl FnOnce(&mut Self)) {
        let mut scratch = SCRATCH.try_with(Cell::take).unwrap_or_default();
        work(&mut scratch);
        let _thread_ends = SCRATCH.try_with(|kept| kept.set(scratch));
    }
}

impl LogLayer {
    fn collector<'a>(
        &'a self,
        fields: &'a mut Fields,
        owner: Owner,
        names: &'a FieldSet,
    ) -> Collector<'a, Fields> {
        Collector {
            fields,
            policy: &self.policy,
            owner,
            names,
        }
    }

    fn write<S>(&self, event: &Event<'_>, context: &Context<'_, S>, scratch: &mut Scratch)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        let owner = Owner::event(normalized.is_some());
        let names = event.metadata().fields();
        event.record(&mut self.collector(&mut scratch.fields, owner, names));
        scratch.timestamp.set_to_now();
        let mut correlation = Correlation::current(metadata.target());
        if !in_current_span(event, context) {
            correlation.span = None;
        }
        let occurrence = Occurrence {
            event,
            context,
            metadata,
            correlation,
        };
        if let Some(audit) = &self.audit
            && metadata.target() == AUDIT
        {
            self.render(&occurrence, Style::Json, scratch);
            audit.trail.append(&scratch.line);
            if !audit.copied {
                return;
            }
        }
        self.render(&occurrence, self.style, scratch);
        self.queue.push(*metadata.level(), &scratch.line);
    }

    fn render<S>(&self, occurrence: &Occurrence<'_, S>, style: Style, scratch: &mut Scratch)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let metadata = occurrence.metadata;
        let head = Head {
            timestamp: scratch.timestamp.as_str(),
            level: *metadata.level(),
            target: metadata.target(),
            message: scratch.fields.value(MESSAGE).unwrap_or(b"\"\""),
            correlation: &occurrence.correlation,
        };
        let layout = Layout {
            limits: &self.policy.limits,
            style,
            names: &self.names,
        };
        let mut line = Line::begin(&mut scratch.line, &mut scratch.seen, layout, &head);
        line.event(&scratch.fields);
        let recorded = &mut scratch.recorded;
        let Occurrence { event, context, .. } = occurrence;
        self.records
            .each(event, context, &mut |around| match around {
                SpanOrRecord::Span(extensions) => {
                    if let Some(fields) = extensions.get::<Fields>() {
                        line.span(fields);
                    }
                }
                SpanOrRecord::Record(values) => {
                    recorded.clear();
                    self.policy.collect(values, recorded);
                    line.span(recorded);
                }
            });
        line.scope(self.policy.covered.redaction());
        line.carried(&occurrence.correlation, self.policy.covered.redaction());
        line.end(&occurrence.correlation);
    }
}

/// Whether the event belongs to the current span. An event with another explicit parent is not part
/// of the current trace.
pub(super) fn in_current_span<S>(event: &Event<'_>, context: &Context<'_, S>) -> bool
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    event.is_contextual()
        || event
            .parent()
            .is_some_and(|parent| context.current_span().id() == Some(parent))
}

impl<S> Layer<S> for LogLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.records.registered(subscriber);
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        Records::created(attributes, &span);
        let mut fields = Fields::default();
        let names = attributes.metadata().fields();
        attributes.record(&mut self.collector(&mut fields, Owner::Span, names));
        if !fields.is_empty() {
            span.extensions_mut().replace(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        let names = span.metadata().fields();
        values.record(&mut self.collector(&mut fields, Owner::Span, names));
        let mut extensions = span.extensions_mut();
        let merged = match extensions.get_mut::<Fields>() {
            Some(older) => fields.over(older),
            None => fields,
        };
        extensions.replace(merged);
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        self.records.entered(id);
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        self.records.left(id);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        Scratch::with(|scratch| {
            scratch.fields.clear();
            self.write(event, &context, scratch);
        });
    }
}

impl fmt::Debug for LogLayer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LogLayer")
            .field("policy", &self.policy)
            .field("style", &self.style)
            .finish_non_exhaustive()
    }
}
