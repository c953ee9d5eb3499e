//! Events as records of OpenTelemetry's log data model.

use std::time::SystemTime;

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue},
    logs::v1::{LogRecord, SeverityNumber},
};
use prost::Message;
use tracing::Level;

use super::attributes::Attributes;
use crate::{
    context::ids::Correlation,
    export::Item,
    log::{
        fields::{FieldStore, MESSAGE},
        line::REQUEST_ID,
        settings::Limits,
    },
    otlp::logs::{TargetRecord, attribute, text, unix_nanos},
    redaction::Redaction,
};
use glyph_core::__runtime::current_values;

impl Item for TargetRecord {
    const NAME: &'static str = "log records";

    fn bytes(&self) -> usize {
        let attributes = self.record.attributes.len() * size_of::<KeyValue>();
        size_of::<Self>() + self.target.len() + attributes + self.record.encoded_len()
    }
}

/// A record that is being filled. The first attribute of a name is kept.
pub(super) struct Draft<'l> {
    record: LogRecord,
    limits: &'l Limits,
    bytes: usize,
}

impl<'l> Draft<'l> {
    pub(super) fn begin(level: Level, limits: &'l Limits, event: Attributes) -> Self {
        let now = unix_nanos(SystemTime::now());
        let omitted = event.omitted();
        let (messages, fields): (Vec<_>, Vec<_>) = event
            .into_entries()
            .into_iter()
            .partition(|(name, _)| *name == MESSAGE);
        let record = LogRecord {
            time_unix_nano: now,
            observed_time_unix_nano: now,
            severity_number: severity(level).into(),
            severity_text: level.as_str().to_owned(),
            body: messages.into_iter().next().map(|(_, value)| value),
            ..LogRecord::default()
        };
        let mut draft = Self {
            bytes: record.encoded_len(),
            record,
            limits,
        };
        draft.omit(omitted);
        for (name, value) in fields {
            draft.attribute(name, value);
        }
        draft
    }

    /// Adds the fields of a span. The innermost comes first.
    pub(super) fn span(&mut self, fields: &Attributes) {
        self.omit(fields.omitted());
        for (name, value) in fields.iter() {
            self.attribute(name, value.clone());
        }
    }

    /// Adds the labels of the current scopes.
    pub(super) fn scope(&mut self, redaction: &Redaction) {
        current_values(&mut |name, value| {
            self.attribute(name, text(redaction.shown(name, value)));
        });
    }

    /// Adds the ids that the request carries.
    pub(super) fn carried<'i>(&mut self, ids: impl Iterator<Item = (&'static str, &'i str)>) {
        for (name, id) in ids {
            self.attribute(name, text(id));
        }
    }

    pub(super) fn end(mut self, target: &str, correlation: &Correlation) -> TargetRecord {
        if let Some(request) = &correlation.request {
            self.attribute(REQUEST_ID, text(request.as_str()));
        }
        if let Some((trace, span, flags)) = correlation.span {
            self.record.trace_id = trace.to_bytes().to_vec();
            self.record.span_id = span.to_bytes().to_vec();
            self.record.flags = u32::from(flags.to_u8());
        }
        TargetRecord {
            target: target.to_owned(),
            record: self.record,
        }
    }

    fn attribute(&mut self, name: &str, value: AnyValue) {
        let attributes = &mut self.record.attributes;
        if attributes.iter().any(|known| known.key == name) {
            return;
        }
        let bytes = name.len() + value.encoded_len();
        let has_room = self.bytes + bytes <= self.limits.line_bytes;
        if attributes.len() >= self.limits.fields || !has_room {
            return self.omit(1);
        }
        self.bytes += bytes;
        attributes.push(attribute(name, value));
    }

    fn omit(&mut self, fields: usize) {
        let fields = u32::try_from(fields).unwrap_or(u32::MAX);
        let omitted = &mut self.record.dropped_attributes_count;
        *omitted = omitted.saturating_add(fields);
    }
}

/// OpenTelemetry logs data model, "Field: `SeverityNumber`".
fn severity(level: Level) -> SeverityNumber {
    match level {
        Level::ERROR => SeverityNumber::Error,
        Level::WARN => SeverityNumber::Warn,
        Level::INFO => SeverityNumber::Info,
        Level::DEBUG => SeverityNumber::Debug,
        Level::TRACE => SeverityNumber::Trace,
    }
}
