//! The layer: it keeps the fields of spans, and turns events into records.

use std::{fmt, sync::Arc};

use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    field::FieldSet,
    span::{Attributes as SpanAttributes, Id, Record},
};
use tracing_log::NormalizeEvent;
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use super::{attributes::Attributes, record::Draft};
use crate::{
    context::{ids::Correlation, thread_marks::ThreadMarks},
    export::{Queue, is_export_thread, transport},
    log::{
        AUDIT,
        enclosing::{Records, SpanOrRecord},
        fields::{Collector, Owner, Policy},
        filter::EventFilter,
        layer::in_current_span,
    },
    otlp::logs::TargetRecord,
};

/// The layer that exports events; made by [`Pipeline::start`](super::Pipeline::start).
pub(super) struct ExportLayer {
    pub(super) policy: Policy,
    pub(super) audit: bool,
    pub(super) quiet: Quiet,
    pub(super) queue: Arc<Queue<TargetRecord>>,
    pub(super) records: Records,
}

/// Excludes events below `WARN` of libraries that send exports, unless the filter names the
/// library.
#[derive(Debug)]
pub(super) struct Quiet(pub(super) EventFilter);

impl Quiet {
    fn excludes(&self, metadata: &Metadata<'_>) -> bool {
        let is_named = |library| self.0.names(|target| transport(target) == Some(library));
        *metadata.level() > Level::WARN
            && transport(metadata.target()).is_some_and(|library| !is_named(library))
    }
}

/// The layer and its filter, for a subscriber of any type.
pub(crate) struct RecordLayer {
    pub(super) layer: ExportLayer,
    pub(super) filter: EventFilter,
}

impl RecordLayer {
    /// Returns the layer for a subscriber of this type.
    pub(crate) fn on<S>(self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        self.layer.and_then(ThreadMarks).with_filter(self.filter)
    }
}

impl ExportLayer {
    fn collector<'a>(
        &'a self,
        fields: &'a mut Attributes,
        owner: Owner,
        names: &'a FieldSet,
    ) -> Collector<'a, Attributes> {
        Collector {
            fields,
            policy: &self.policy,
            owner,
            names,
        }
    }
}

impl<S> Layer<S> for ExportLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.records.registered(subscriber);
    }

    fn on_new_span(&self, attributes: &SpanAttributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        Records::created(attributes, &span);
        let mut fields = Attributes::default();
        let names = attributes.metadata().fields();
        attributes.record(&mut self.collector(&mut fields, Owner::Span, names));
        if !fields.is_empty() {
            span.extensions_mut().replace(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Attributes::default();
        let names = span.metadata().fields();
        values.record(&mut self.collector(&mut fields, Owner::Span, names));
        let mut extensions = span.extensions_mut();
        match extensions.get_mut::<Attributes>() {
            Some(known) => known.update(fields),
            None => extensions.insert(fields),
        }
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        self.records.entered(id);
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        self.records.left(id);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        let unwanted = metadata.target() == AUDIT && !self.audit || self.quiet.excludes(metadata);
        if unwanted || is_export_thread() {
            return;
        }
        let mut fields = Attributes::default();
        let owner = Owner::event(normalized.is_some());
        let names = event.metadata().fields();
        event.record(&mut self.collector(&mut fields, owner, names));
        let mut correlation = Correlation::current(metadata.target());
        if !in_current_span(event, &context) {
            correlation.span = None;
        }
        let mut draft = Draft::begin(*metadata.level(), &self.policy.limits, fields);
        self.records
            .each(event, &context, &mut |around| match around {
                SpanOrRecord::Span(extensions) => {
                    if let Some(fields) = extensions.get::<Attributes>() {
                        draft.span(fields);
                    }
                }
                SpanOrRecord::Record(values) => {
                    let mut fields = Attributes::default();
                    self.policy.collect(values, &mut fields);
                    draft.span(&fields);
                }
            });
        let redaction = self.policy.covered.redaction();
        draft.scope(redaction);
        if let Some(ids) = &correlation.carried {
            draft.carried(ids.fields(redaction));
        }
        self.queue.push(draft.end(metadata.target(), &correlation));
    }
}

impl fmt::Debug for ExportLayer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExportLayer")
            .field("policy", &self.policy)
            .field("audit", &self.audit)
            .finish_non_exhaustive()
    }
}
