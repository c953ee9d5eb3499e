//! The writer of log lines and of the audit trail.

use std::{cell::Cell, iter, sync::Arc};

use super::{
    AUDIT,
    audit::Trail,
    event_layer::{EventWriter, FieldsAround, FilteredEvents, Occurrence},
    fields::{FieldStore, Fields, MESSAGE, Policy},
    line::{Head, Layout, Line, Style},
    names::{Names, UsedKey},
    queue::Queue,
    recent::RecentLines,
    timestamp::Timestamp,
};

/// The layer that writes the log; made by [`Pipeline::start`](super::Pipeline::start).
pub(crate) type LineLayer = FilteredEvents<LineWriter>;

/// Turns events into lines.
pub(crate) struct LineWriter {
    pub(super) policy: Policy,
    pub(super) style: Style,
    pub(super) names: Arc<Names>,
    pub(super) queue: Arc<Queue>,
    pub(super) recent: RecentLines,
    pub(super) audit: Option<AuditTrail>,
}

/// The audit trail, and whether audit events are log lines as well.
pub(super) struct AuditTrail {
    pub(super) trail: Arc<Trail>,
    pub(super) copied: bool,
}

/// Buffers that a thread reuses for each event.
#[derive(Default)]
struct Buffers {
    fields: Fields,
    /// The fields of a record.
    recorded: Fields,
    line: Vec<u8>,
    used: Vec<UsedKey>,
    timestamp: Timestamp,
}

thread_local! {
    static BUFFERS: Cell<Buffers> = Cell::default();
}

impl Buffers {
    /// Takes the buffers out of the thread while `work` runs: a value may log when it is formatted,
    /// and that inner event gets new buffers.
    fn with(work: impl FnOnce(&mut Self)) {
        let mut buffers = BUFFERS.try_with(Cell::take).unwrap_or_default();
        work(&mut buffers);
        let _thread_ends = BUFFERS.try_with(|kept| kept.set(buffers));
    }
}

impl LineWriter {
    fn write_with(&self, event: &Occurrence<'_, Fields>, buffers: &mut Buffers) {
        buffers.fields.clear();
        event.fields(&self.policy, &mut buffers.fields);
        buffers.timestamp.set_to_now();
        if let Some(audit) = &self.audit
            && event.metadata.target() == AUDIT
        {
            self.render(event, Style::Json, buffers);
            audit.trail.append(&buffers.line);
            if !audit.copied {
                return;
            }
        }
        if self.style != Style::Json && self.recent.is_on() {
            self.render(event, Style::Json, buffers);
            self.recent.add(iter::once(&*buffers.line));
        }
        self.render(event, self.style, buffers);
        self.queue.push(*event.metadata.level(), &buffers.line);
    }

    fn render(&self, event: &Occurrence<'_, Fields>, style: Style, buffers: &mut Buffers) {
        let Occurrence {
            metadata,
            correlation,
            ..
        } = event;
        let head = Head {
            timestamp: buffers.timestamp.as_str(),
            level: *metadata.level(),
            target: metadata.target(),
            message: buffers.fields.value(MESSAGE).unwrap_or(b"\"\""),
            correlation,
        };
        let layout = Layout {
            limits: &self.policy.limits,
            style,
            names: &self.names,
            known: &self.policy.names,
        };
        let mut line = Line::begin(&mut buffers.line, &mut buffers.used, layout, &head);
        line.event(&buffers.fields);
        event.each_around(&mut |around| match around {
            FieldsAround::Record(values) if line.fits(values) => line.record(values),
            other => line.span(other.collected(&self.policy, &mut buffers.recorded)),
        });
        line.scope();
        line.carried(correlation);
        line.end(correlation);
    }
}

impl EventWriter for LineWriter {
    type Fields = Fields;

    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn write(&self, event: &Occurrence<'_, Fields>) {
        Buffers::with(|buffers| self.write_with(event, buffers));
    }
}
