//! An event as a record of OpenTelemetry's log data model.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value},
    logs::v1::{LogRecord, SeverityNumber},
};
use prost::Message;
use serde_json::Value as Json;
use tracing::Level;

use crate::{
    export::Item,
    log::{
        correlation::Correlation,
        fields::{Fields, MESSAGE},
        settings::Limits,
    },
    redaction::Redaction,
    scope::labels::current_values,
};

const REQUEST_ID: &str = "request_id";

/// A record that waits, with the target that it belongs under.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) target: String,
    pub(crate) record: LogRecord,
}

impl Item for Waiting {
    const NAME: &'static str = "log records";

    fn bytes(&self) -> usize {
        let attributes = self.record.attributes.len() * size_of::<KeyValue>();
        size_of::<Self>() + self.target.len() + attributes + self.record.encoded_len()
    }
}

/// A record that is being filled. The first attribute of a name wins.
pub(super) struct Draft<'l> {
    record: LogRecord,
    limits: &'l Limits,
    bytes: usize,
}

impl<'l> Draft<'l> {
    pub(super) fn begin(level: Level, limits: &'l Limits, event: &Fields) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = u64::try_from(now.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX);
        let record = LogRecord {
            time_unix_nano: now,
            observed_time_unix_nano: now,
            severity_number: severity(level).into(),
            severity_text: level.as_str().to_owned(),
            body: event.value(MESSAGE).map(any_value),
            ..LogRecord::default()
        };
        let mut draft = Self {
            bytes: record.encoded_len(),
            record,
            limits,
        };
        draft.fields(event, |name| name != MESSAGE);
        draft
    }

    /// Adds the fields of a span. The innermost comes first.
    pub(super) fn span(&mut self, fields: &Fields) {
        self.fields(fields, |_| true);
    }

    /// Adds the labels of the running code's scopes.
    pub(super) fn scope(&mut self, redaction: &Redaction) {
        current_values(&mut |name, value| {
            let value = redaction.shown(name, value).to_owned();
            let value = Some(Value::StringValue(value));
            self.attribute(name, AnyValue { value });
        });
    }

    fn fields(&mut self, fields: &Fields, wanted: impl Fn(&str) -> bool) {
        self.omit(fields.omitted());
        for (name, value) in fields.iter().filter(|(name, _)| wanted(name)) {
            self.attribute(name, any_value(value));
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
        attributes.push(KeyValue {
            key: name.to_owned(),
            value: Some(value),
            ..KeyValue::default()
        });
    }

    fn omit(&mut self, fields: usize) {
        let fields = u32::try_from(fields).unwrap_or(u32::MAX);
        let omitted = &mut self.record.dropped_attributes_count;
        *omitted = omitted.saturating_add(fields);
    }

    /// Adds the ids that the request carries.
    pub(super) fn carried<'i>(&mut self, ids: impl Iterator<Item = (&'static str, &'i str)>) {
        for (name, id) in ids {
            let id = Value::StringValue(id.to_owned());
            self.attribute(name, AnyValue { value: Some(id) });
        }
    }

    pub(super) fn end(mut self, target: &str, correlation: &Correlation) -> Waiting {
        if let Some(request) = &correlation.request {
            let id = Value::StringValue(request.as_str().to_owned());
            self.attribute(REQUEST_ID, AnyValue { value: Some(id) });
        }
        if let Some((trace, span)) = correlation.span {
            self.record.trace_id = trace.to_bytes().to_vec();
            self.record.span_id = span.to_bytes().to_vec();
            self.record.flags = u32::from(correlation.flags.to_u8());
        }
        Waiting {
            target: target.to_owned(),
            record: self.record,
        }
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

/// A value as a line has it. Wider numbers than OTLP has are their digits.
fn any_value(json: &[u8]) -> AnyValue {
    let value = match serde_json::from_slice(json) {
        Ok(Json::String(text)) => Value::StringValue(text),
        Ok(Json::Bool(value)) => Value::BoolValue(value),
        Ok(Json::Number(number)) => match (number.as_i64(), number.is_f64(), number.as_f64()) {
            (Some(whole), ..) => Value::IntValue(whole),
            (None, true, Some(float)) => Value::DoubleValue(float),
            _ => Value::StringValue(number.to_string()),
        },
        _ => Value::StringValue(String::from_utf8_lossy(json).into_owned()),
    };
    AnyValue { value: Some(value) }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;

    use super::any_value;

    #[test]
    fn values_keep_their_kinds() {
        let value = |json: &str| any_value(json.as_bytes()).value;
        let text = |text: &str| Some(Value::StringValue(text.to_owned()));
        assert_eq!(value("-3"), Some(Value::IntValue(-3)));
        assert_eq!(value("1.0"), Some(Value::DoubleValue(1.0)));
        assert_eq!(value("true"), Some(Value::BoolValue(true)));
        assert_eq!(value(r#""a\nb""#), text("a\nb"));
        assert_eq!(value("18446744073709551615"), text("18446744073709551615"));
        assert_eq!(value("not JSON"), text("not JSON"));
    }
}
