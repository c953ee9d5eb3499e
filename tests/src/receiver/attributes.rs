//! Access to OTLP attributes.

use std::fmt::Write;

use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value::Value},
    logs::v1::LogRecord,
};

/// Returns an attribute as a string, or `None` if it is missing or not a string.
#[must_use]
pub fn text<'a>(attributes: &'a [KeyValue], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

/// Returns the value of an attribute.
///
/// # Panics
///
/// Panics if the attribute is missing or duplicate.
#[must_use]
pub fn value(attributes: &[KeyValue], name: &str) -> Value {
    let mut found = attributes.iter().filter(|attribute| attribute.key == name);
    let only = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(found.next().is_none(), "{name} is there twice");
    only.value.clone().unwrap().value.unwrap()
}

/// Returns a string as an OTLP value.
#[must_use]
pub fn string(text: &str) -> Value {
    Value::StringValue(text.to_owned())
}

/// Returns the body of a record.
///
/// # Panics
///
/// Panics if the body is not a string.
#[must_use]
pub fn message(record: &LogRecord) -> &str {
    match record.body.as_ref().and_then(|body| body.value.as_ref()) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Returns an id in hex, as URLs and log lines have it.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _never_fails = write!(text, "{byte:02x}");
        text
    })
}
