//! The writer of log records.

use std::sync::Arc;

use tracing::{Level, Metadata};

use super::{attributes::Attributes, record::Draft};
use crate::{
    export::{Queue, is_export_thread, transport},
    log::{
        AUDIT,
        event_layer::{EventWriter, FilteredEvents, Occurrence},
        fields::Policy,
        filter::EventFilter,
    },
    otlp::logs::TargetRecord,
};

/// The layer that exports events; made by [`Pipeline::start`](super::Pipeline::start).
pub(crate) type RecordLayer = FilteredEvents<RecordWriter>;

/// Turns events into records.
pub(crate) struct RecordWriter {
    pub(super) policy: Policy,
    pub(super) audit: bool,
    pub(super) transports: TransportEvents,
    pub(super) queue: Arc<Queue<TargetRecord>>,
}

/// Excludes events below `WARN` of libraries that send exports, unless the filter names the
/// library.
#[derive(Debug)]
pub(super) struct TransportEvents(pub(super) EventFilter);

impl TransportEvents {
    fn excludes(&self, metadata: &Metadata<'_>) -> bool {
        let is_named = |library| self.0.names(|target| transport(target) == Some(library));
        *metadata.level() > Level::WARN
            && transport(metadata.target()).is_some_and(|library| !is_named(library))
    }
}

impl EventWriter for RecordWriter {
    type Fields = Attributes;

    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn accepts(&self, metadata: &Metadata<'_>) -> bool {
        let is_hidden_audit = metadata.target() == AUDIT && !self.audit;
        !is_hidden_audit && !self.transports.excludes(metadata) && !is_export_thread()
    }

    fn write(&self, event: &Occurrence<'_, Attributes>) {
        let Occurrence {
            metadata,
            correlation,
            ..
        } = event;
        let mut fields = Attributes::default();
        event.fields(&self.policy, &mut fields);
        let mut draft = Draft::begin(*metadata.level(), &self.policy.limits, fields);
        let mut recorded = Attributes::default();
        event.each_around(&mut |around| {
            draft.span(around.collected(&self.policy, &mut recorded));
        });
        let redaction = self.policy.names.redaction();
        draft.scope(redaction);
        if let Some(ids) = &correlation.carried {
            draft.carried(ids.fields(redaction));
        }
        self.queue.push(draft.end(metadata.target(), correlation));
    }
}
