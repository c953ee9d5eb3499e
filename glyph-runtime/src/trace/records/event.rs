//! Events of calls without a span of `tracing`'s around them, which `tracing-opentelemetry` ignores.
//!
//! They become what it makes of events.

use std::{borrow::Cow, error::Error, fmt};

use opentelemetry::{Array, Context, Key, KeyValue, StringValue, Value, trace::TraceContextExt};
use tracing::{
    Event, Metadata,
    field::{Field, Visit},
};
use tracing_log::NormalizeEvent;

use crate::{source_path, trace::SpanDetails};

/// Adds an event to the current span of OpenTelemetry.
pub(in crate::trace) fn add(event: &Event<'_>, context: &Context, details: SpanDetails) {
    let normalized = event.normalized_metadata();
    let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
    let mut fields = Fields {
        is_log: normalized.is_some(),
        name: String::new(),
        attributes: vec![
            KeyValue::new("level", metadata.level().as_str()),
            KeyValue::new("target", metadata.target().to_owned()),
        ],
    };
    event.record(&mut fields);
    let Fields {
        name,
        mut attributes,
        ..
    } = fields;
    let name = if name.is_empty() {
        Cow::Borrowed(event.metadata().name())
    } else {
        Cow::Owned(name)
    };
    if details.source_location {
        add_location(metadata, &mut attributes);
    }
    context.span().add_event(name, attributes);
}

fn add_location(metadata: &Metadata<'_>, attributes: &mut Vec<KeyValue>) {
    if let Some(file) = metadata.file() {
        let file = source_path::relative(file).to_owned();
        attributes.push(KeyValue::new("code.file.path", file));
    }
    if let Some(module) = metadata.module_path() {
        attributes.push(KeyValue::new("code.module.name", module.to_owned()));
    }
    if let Some(line) = metadata.line() {
        attributes.push(KeyValue::new("code.line.number", i64::from(line)));
    }
}

/// The fields of an event.
struct Fields {
    /// Whether it is a record of the `log` crate, which describes itself in fields.
    is_log: bool,
    /// The message.
    name: String,
    attributes: Vec<KeyValue>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        let value = value.into();
        match field.name() {
            "message" => self.name = value.to_string(),
            name if self.is_log && name.starts_with("log.") => {}
            name => self.attributes.push(KeyValue::new(name, value)),
        }
    }

    /// Adds a text. An `error` before any message is an exception (OpenTelemetry semantic
    /// conventions, "Exceptions").
    fn add_text(&mut self, field: &Field, text: String, quoted: impl FnOnce() -> String) {
        if field.name() == "error" && self.name.is_empty() {
            "exception".clone_into(&mut self.name);
            let exception = KeyValue::new("exception.message", quoted());
            self.attributes.push(exception);
        } else {
            self.add(field, text);
        }
    }

    /// An integer of OpenTelemetry, or a text if it is beyond those.
    fn add_integer<N: Copy + fmt::Display + TryInto<i64>>(&mut self, field: &Field, value: N) {
        match value.try_into() {
            Ok(value) => self.add(field, value),
            Err(_) => self.add(field, value.to_string()),
        }
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add_integer(field, value);
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.add_integer(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add_integer(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field, value.to_owned(), || format!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut chain: Vec<StringValue> = Vec::new();
        let mut next = value.source();
        while let Some(cause) = next {
            chain.push(cause.to_string().into());
            next = cause.source();
        }
        let message = value.to_string();
        let chain = Value::Array(Array::String(chain));
        let named = format!("{}.chain", field.name());
        self.attributes.extend([
            KeyValue::new("exception.message", message.clone()),
            KeyValue::new("exception.stacktrace", chain.clone()),
            KeyValue::new(Key::new(field.name()), message),
            KeyValue::new(named, chain),
        ]);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        let quoted = text.clone();
        self.add_text(field, text, || quoted);
    }
}
