//! Attributes of OTLP.

use std::fmt::Write;

use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value::Value},
    logs::v1::LogRecord,
};

/// The text of an attribute, or `None` if it is missing or no text.
#[must_use]
pub fn text<'a>(attributes: &'a [KeyValue], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

/// The value of an attribute.
///
/// # Panics
///
/// Panics if it is missing, or there twice.
#[must_use]
pub fn value(attributes: &[KeyValue], name: &str) -> Value {
    let mut found = attributes.iter().filter(|attribute| attribute.key == name);
    let only = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "{name} is there twice");
    only.value.clone().unwrap().value.unwrap()
}

/// A text as a value.
#[must_use]
pub fn string(text: &str) -> Value {
    Value::StringValue(text.to_owned())
}

/// The body of a record.
///
/// # Panics
///
/// Panics if it is no text.
#[must_use]
pub fn message(record: &LogRecord) -> &str {
    match record.body.as_ref().and_then(|body| body.value.as_ref()) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// An id as it is written in URLs and log lines.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _never_fails = write!(text, "{byte:02x}");
        text
    })
}
