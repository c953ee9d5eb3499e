//! From an ended call to a span of the SDK.
//!
//! The fields become what `tracing-opentelemetry` makes of them.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use glyph_core::__runtime::{RecordedValue, SourceCrate, SpanCallsite, ValuesOfMany};
use opentelemetry::{
    InstrumentationScope, KeyValue, Value,
    trace::{SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;

use super::{
    buffer::EndedSpan,
    context_span::{Additions, cut},
    field_names::FieldNames,
};
use crate::{
    otlp::{
        instrumentation::{self, ScopeNames},
        unique::keep_last_values,
    },
    redaction::Redaction,
    source_path,
    trace::{SpanDetails, SpanLimits, TraceSettings, redacted},
};

/// What a conversion depends on.
#[derive(Debug)]
pub(in crate::trace) struct Conversion {
    details: SpanDetails,
    pub(super) limits: SpanLimits,
    scope_names: ScopeNames,
    pub(super) redaction: Redaction,
    /// Whether texts are redacted that have other names in spans.
    pub(super) redacts_texts: bool,
    /// Whether spans have nothing but what is in the records.
    pub(super) is_plain: bool,
}

/// What the fields of a call say of its span, other than its attributes.
pub(super) struct Described {
    pub(super) name: Cow<'static, str>,
    pub(super) kind: SpanKind,
    pub(super) status: Status,
}

impl Conversion {
    pub(super) fn new(settings: &TraceSettings) -> Self {
        let redacts_texts = redacted::covers_texts(&settings.redaction);
        let details = settings.details;
        let has_details = details.target || details.source_location;
        let is_cut = settings.limits.attribute_value_length.is_some();
        Self {
            is_plain: settings.instrumentation_scopes.is_empty()
                && !(has_details || is_cut || redacts_texts),
            details,
            limits: settings.limits,
            scope_names: ScopeNames::new(&settings.instrumentation_scopes),
            redacts_texts,
            redaction: settings.redaction.clone(),
        }
    }

    /// Returns a call as a span, with its redaction and with the last value of each attribute.
    pub(super) fn span_data(
        &self,
        span: &EndedSpan,
        values: &ValuesOfMany,
        names: &mut FieldNames,
    ) -> SpanData {
        let mut described = Described::new(span);
        let mut attributes = Vec::with_capacity(span.values.len());
        // Names of additions are not known.
        let mut is_shown = !self.redacts_texts && span.additions.is_none();
        self.each_attribute(span, values, |name, value| {
            let name_is_shown = names.of(name, &self.redaction).is_shown;
            if name_is_shown || !described.takes(name, value) {
                is_shown &= name_is_shown;
                attributes.push(attribute(name, value));
            }
        });
        let additions = span.additions.as_deref().cloned().unwrap_or_default();
        described.take_additions(&additions);
        let Additions {
            attributes: added,
            dropped_attributes,
            events,
            links,
            ..
        } = additions;
        attributes.extend(added);
        let dropped = cut(&mut attributes, self.limits.attributes);
        let start = UNIX_EPOCH + Duration::from_nanos(span.start);
        let mut data = SpanData {
            span_context: span.ids.context(),
            parent_span_id: span.parent,
            parent_span_is_remote: span.parent_is_remote,
            span_kind: described.kind,
            name: described.name,
            start_time: start,
            end_time: ended_by_code(span)
                .unwrap_or_else(|| start + Duration::from_nanos(span.nanoseconds)),
            attributes,
            dropped_attributes_count: dropped.saturating_add(dropped_attributes),
            events,
            links,
            status: described.status,
            instrumentation_scope: self.scope(source(span.callsite)),
        };
        let value_length = self.limits.attribute_value_length;
        let redaction = (!is_shown).then_some(&self.redaction);
        redacted::redact(&mut data, redaction, value_length);
        keep_last_values(&mut data);
        data
    }

    pub(super) fn scope(&self, source: SourceCrate) -> InstrumentationScope {
        self.scope_names.scope_of(source)
    }

    /// Passes the fields of a call, and its details.
    #[inline]
    pub(super) fn each_attribute(
        &self,
        span: &EndedSpan,
        values: &ValuesOfMany,
        mut add: impl FnMut(&'static str, RecordedValue<'_>),
    ) {
        for (name, value) in values.of(&span.values) {
            add(name, value);
        }
        self.each_detail(span.callsite, &mut add);
    }

    fn each_detail(
        &self,
        callsite: &'static SpanCallsite,
        add: &mut dyn FnMut(&'static str, RecordedValue<'_>),
    ) {
        let metadata = callsite.metadata();
        if self.details.target {
            add("target", RecordedValue::Static(metadata.target()));
        }
        if !self.details.source_location {
            return;
        }
        if let Some(file) = metadata.file() {
            let file = source_path::relative(file);
            add("code.file.path", RecordedValue::Static(file));
        }
        if let Some(module) = metadata.module_path() {
            add("code.module.name", RecordedValue::Static(module));
        }
        if let Some(line) = metadata.line() {
            add("code.line.number", RecordedValue::I64(line.into()));
        }
    }
}

/// The crate of a callsite.
pub(super) fn source(callsite: &'static SpanCallsite) -> SourceCrate {
    let (source, own) = (callsite.source_crate(), instrumentation::OWN);
    if source.name == own.name { own } else { source }
}

/// When code has ended the span of a call, if it has.
pub(super) fn ended_by_code(span: &EndedSpan) -> Option<SystemTime> {
    span.additions.as_deref()?.end
}

#[inline]
pub(super) fn attribute(name: &'static str, value: RecordedValue<'_>) -> KeyValue {
    let value: Value = match value {
        RecordedValue::Str(text) => text.to_owned().into(),
        RecordedValue::Static(text) => text.into(),
        RecordedValue::Bool(value) => value.into(),
        RecordedValue::F64(value) => value.into(),
        RecordedValue::I64(value) => value.into(),
        RecordedValue::U64(value) => match i64::try_from(value) {
            Ok(value) => value.into(),
            Err(_) => digits(value),
        },
    };
    KeyValue::new(name, value)
}

#[cold]
fn digits(value: u64) -> Value {
    value.to_string().into()
}

impl Described {
    pub(super) fn new(span: &EndedSpan) -> Self {
        Self {
            name: Cow::Borrowed(span.callsite.metadata().name()),
            kind: SpanKind::Internal,
            status: Status::Unset,
        }
    }

    /// Takes a field that is no attribute.
    pub(super) fn takes(&mut self, name: &str, value: RecordedValue<'_>) -> bool {
        let (RecordedValue::Str(text) | RecordedValue::Static(text)) = value else {
            return false;
        };
        match name {
            "otel.name" => self.name = Cow::Owned(text.to_owned()),
            "otel.kind" => self.kind = kind(text),
            "otel.status_code" => self.set_status(status(text)),
            "otel.status_description" => self.set_status(Status::error(text.to_owned())),
            _ => return false,
        }
        true
    }

    /// Takes what code has set on the span.
    pub(super) fn take_additions(&mut self, additions: &Additions) {
        self.set_status(additions.status.clone());
        if let Some(name) = &additions.name {
            self.name.clone_from(name);
        }
    }

    /// As the SDK: a description replaces none, and `Ok` is final.
    fn set_status(&mut self, status: Status) {
        if status > self.status {
            self.status = status;
        }
    }
}

fn kind(text: &str) -> SpanKind {
    let kinds = [
        ("server", SpanKind::Server),
        ("client", SpanKind::Client),
        ("producer", SpanKind::Producer),
        ("consumer", SpanKind::Consumer),
    ];
    let mut kinds = kinds.into_iter();
    let found = kinds.find(|(name, _)| text.eq_ignore_ascii_case(name));
    found.map_or(SpanKind::Internal, |(_, kind)| kind)
}

fn status(text: &str) -> Status {
    if text.eq_ignore_ascii_case("ok") {
        Status::Ok
    } else if text.eq_ignore_ascii_case("error") {
        Status::error("")
    } else {
        Status::Unset
    }
}
