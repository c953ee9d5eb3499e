//! What `tracing` calls: keeps the fields of spans, and turns events into records.

use std::{fmt, sync::Arc};

use tracing::{
    Event, Level, Metadata, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_log::NormalizeEvent;
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use super::record::{Draft, Waiting};
use crate::{
    context::ids::Correlation,
    export::{Queue, is_export_thread, transport},
    log::{
        AUDIT,
        fields::{Collector, Fields, Policy},
        layer::in_current_span,
    },
};

/// The layer that exports events; made by [`Pipeline::start`](super::Pipeline::start).
pub(super) struct ExportLayer {
    pub(super) policy: Policy,
    pub(super) audit: bool,
    pub(super) quiet: Quiet,
    pub(super) queue: Arc<Queue<Waiting>>,
}

/// Leaves out what libraries that exports pass through say below a warning, but for those that the filter names.
#[derive(Debug)]
pub(super) struct Quiet {
    named: Vec<&'static str>,
}

impl Quiet {
    pub(super) fn unless_named(filter: &str) -> Self {
        let targets = filter.split(',').map(|directive| {
            let end = directive.find(['=', '[']).unwrap_or(directive.len());
            directive.get(..end).unwrap_or_default().trim()
        });
        Self {
            named: targets.filter_map(transport).collect(),
        }
    }

    fn leaves_out(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() > Level::WARN
            && transport(metadata.target()).is_some_and(|library| !self.named.contains(&library))
    }
}

/// Fields of a span as this layer keeps them: those of the lines may be redacted by another list.
struct Exported(Fields);

impl ExportLayer {
    fn collector<'a>(&'a self, fields: &'a mut Fields, bridged: bool) -> Collector<'a> {
        Collector {
            fields,
            policy: &self.policy,
            bridged,
        }
    }
}

impl<S> Layer<S> for ExportLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut self.collector(&mut fields, false));
        if !fields.is_empty() {
            span.extensions_mut().replace(Exported(fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        values.record(&mut self.collector(&mut fields, false));
        let mut extensions = span.extensions_mut();
        let merged = match extensions.get_mut::<Exported>() {
            Some(older) => fields.over(&older.0),
            None => fields,
        };
        extensions.replace(Exported(merged));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        let unwanted = metadata.target() == AUDIT && !self.audit || self.quiet.leaves_out(metadata);
        if unwanted || is_export_thread() {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut self.collector(&mut fields, normalized.is_some()));
        let mut correlation = Correlation::current(metadata.target());
        if !in_current_span(event, &context) {
            correlation.span = None;
        }
        let mut draft = Draft::begin(*metadata.level(), &self.policy.limits, &fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(Exported(fields)) = span.extensions().get() {
                draft.span(fields);
            }
        }
        let redaction = &self.policy.redaction;
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
