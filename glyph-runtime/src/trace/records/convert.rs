//! From an ended call to a span of the SDK.
//!
//! The fields become what `tracing-opentelemetry` makes of them.

use std::{borrow::Cow, time::Duration};

use glyph_core::__runtime::{RecordedValue, SourceCrate, SpanCallsite, ValuesOfMany};
use opentelemetry::{
    KeyValue,
    trace::{SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;

use super::{
    buffer::EndedSpan,
    context_span::{Additions, cut},
};
use crate::{
    otlp::instrumentation::{self, ScopeNames},
    source_path,
    trace::{SpanDetails, SpanLimits},
};

/// What a conversion depends on.
#[derive(Clone, Debug)]
pub(in crate::trace) struct Conversion {
    pub(in crate::trace) details: SpanDetails,
    pub(in crate::trace) limits: SpanLimits,
    pub(in crate::trace) names: ScopeNames,
}

/// What the fields of a call say of its span.
struct Described {
    name: Cow<'static, str>,
    kind: SpanKind,
    status: Status,
    attributes: Vec<KeyValue>,
}

impl Conversion {
    pub(super) fn span_data(&self, span: EndedSpan, values: &ValuesOfMany) -> SpanData {
        let metadata = span.callsite.metadata();
        let mut described = Described {
            name: Cow::Borrowed(metadata.name()),
            kind: SpanKind::Internal,
            status: Status::Unset,
            attributes: Vec::with_capacity(metadata.fields().len()),
        };
        values.each(span.values, &mut |name, value| described.add(name, value));
        self.add_details(span.callsite, &mut described.attributes);
        let additions = span.additions.map(|additions| *additions);
        let Additions {
            attributes,
            dropped_attributes,
            events,
            links,
            status,
            name,
            end,
        } = additions.unwrap_or_default();
        described.attributes.extend(attributes);
        described.set_status(status);
        let dropped = cut(&mut described.attributes, self.limits.attributes);
        SpanData {
            span_context: span.ids.context(),
            parent_span_id: span.parent,
            parent_span_is_remote: span.parent_is_remote,
            span_kind: described.kind,
            name: name.unwrap_or(described.name),
            start_time: span.start,
            end_time: end.unwrap_or_else(|| span.start + Duration::from_nanos(span.nanoseconds)),
            attributes: described.attributes,
            dropped_attributes_count: dropped.saturating_add(dropped_attributes),
            events,
            links,
            status: described.status,
            instrumentation_scope: self.names.scope_of(source(span.callsite)),
        }
    }

    fn add_details(&self, callsite: &'static SpanCallsite, attributes: &mut Vec<KeyValue>) {
        let metadata = callsite.metadata();
        if self.details.target {
            attributes.push(KeyValue::new("target", metadata.target()));
        }
        if !self.details.source_location {
            return;
        }
        if let Some(file) = metadata.file() {
            let file = source_path::relative(file);
            attributes.push(KeyValue::new("code.file.path", file));
        }
        if let Some(module) = metadata.module_path() {
            attributes.push(KeyValue::new("code.module.name", module));
        }
        if let Some(line) = metadata.line() {
            attributes.push(KeyValue::new("code.line.number", i64::from(line)));
        }
    }
}

fn source(callsite: &'static SpanCallsite) -> SourceCrate {
    let (source, own) = (callsite.source_crate(), instrumentation::OWN);
    if source.name == own.name { own } else { source }
}

impl Described {
    fn add(&mut self, name: &'static str, value: RecordedValue<'_>) {
        let attribute = match (name, value) {
            ("otel.name", RecordedValue::Str(text)) => {
                self.name = Cow::Owned(text.to_owned());
                return;
            }
            ("otel.kind", RecordedValue::Str(text)) => {
                self.kind = kind(text);
                return;
            }
            ("otel.status_code", RecordedValue::Str(text)) => return self.set_status(status(text)),
            ("otel.status_description", RecordedValue::Str(text)) => {
                return self.set_status(Status::error(text.to_owned()));
            }
            (name, RecordedValue::Str(text)) => KeyValue::new(name, text.to_owned()),
            (name, RecordedValue::Bool(value)) => KeyValue::new(name, value),
            (name, RecordedValue::F64(value)) => KeyValue::new(name, value),
            (name, RecordedValue::I64(value)) => KeyValue::new(name, value),
            (name, RecordedValue::U64(value)) => match i64::try_from(value) {
                Ok(value) => KeyValue::new(name, value),
                Err(_) => KeyValue::new(name, value.to_string()),
            },
        };
        self.attributes.push(attribute);
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
