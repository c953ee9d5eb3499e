//! Spans as plain data, for the ring and the file.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::{Array, KeyValue, SpanId, Value, trace as otel};
use opentelemetry_sdk::trace::SpanData;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// The spans of one trace in this process.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Trace {
    /// The trace id, 32 hexadecimal digits.
    pub id: String,
    /// The ended spans, ordered by start time.
    pub spans: Vec<Span>,
    /// The number of spans for which the ring had no room.
    pub missing_spans: u64,
}

impl Trace {
    /// Returns the local root: the span without a parent, or with a parent in another process.
    #[must_use]
    pub fn root(&self) -> Option<&Span> {
        self.spans.iter().find(|span| span.is_local_root())
    }

    /// Returns the direct children of `parent`.
    pub fn children<'t>(&'t self, parent: &'t Span) -> impl Iterator<Item = &'t Span> {
        self.spans
            .iter()
            .filter(|span| span.parent_span_id.as_deref() == Some(parent.span_id.as_str()))
    }
}

/// An ended span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Span {
    /// The trace id, 32 hexadecimal digits.
    pub trace_id: String,
    /// The span id, 16 hexadecimal digits.
    pub span_id: String,
    /// The id of the parent. `None` for the root of a trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_span_id: Option<String>,
    /// Whether the parent is in another process.
    #[serde(default, skip_serializing_if = "is_false")]
    pub parent_is_remote: bool,
    /// Whether the trace is sampled.
    pub sampled: bool,
    /// The span name.
    pub name: String,
    /// The span kind.
    pub kind: SpanKind,
    /// The start time, from the system clock.
    #[serde(rename = "start_unix_nanos", with = "unix_nanos")]
    pub start: SystemTime,
    /// The duration.
    #[serde(rename = "duration_nanos", with = "nanos")]
    pub duration: Duration,
    /// The status.
    pub status: SpanStatus,
    /// The attributes.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Json>,
    /// The events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<SpanEvent>,
    /// The links to other spans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<SpanLink>,
    /// The instrumentation scope.
    #[serde(default)]
    pub scope: String,
}

impl Span {
    /// Returns whether it has no parent in this process.
    #[must_use]
    pub fn is_local_root(&self) -> bool {
        self.parent_span_id.is_none() || self.parent_is_remote
    }
}

/// The kind of a span (OpenTelemetry specification, "Span Kind").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// An operation inside the process.
    Internal,
    /// The caller of a remote operation.
    Client,
    /// The server of a remote operation.
    Server,
    /// Sender of an asynchronous message.
    Producer,
    /// Receiver of an asynchronous message.
    Consumer,
}

/// The status of a span.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum SpanStatus {
    /// Not set.
    Unset,
    /// Set to success.
    Ok,
    /// Failed.
    Error {
        /// The description of the error.
        #[serde(default)]
        description: String,
    },
}

/// An event of a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpanEvent {
    /// The event name.
    pub name: String,
    /// The time, from the system clock.
    #[serde(rename = "time_unix_nanos", with = "unix_nanos")]
    pub time: SystemTime,
    /// The attributes.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Json>,
}

/// A link to another span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpanLink {
    /// The trace id, 32 hexadecimal digits.
    pub trace_id: String,
    /// The span id, 16 hexadecimal digits.
    pub span_id: String,
    /// The attributes.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Json>,
}

impl From<&SpanData> for Span {
    fn from(span: &SpanData) -> Self {
        let events = span.events.iter().map(|event| SpanEvent {
            name: event.name.clone().into_owned(),
            time: event.timestamp,
            attributes: attributes(&event.attributes),
        });
        let links = span.links.iter().map(|link| SpanLink {
            trace_id: link.span_context.trace_id().to_string(),
            span_id: link.span_context.span_id().to_string(),
            attributes: attributes(&link.attributes),
        });
        Self {
            trace_id: span.span_context.trace_id().to_string(),
            span_id: span.span_context.span_id().to_string(),
            parent_span_id: (span.parent_span_id != SpanId::INVALID)
                .then(|| span.parent_span_id.to_string()),
            parent_is_remote: span.parent_span_is_remote,
            sampled: span.span_context.is_sampled(),
            name: span.name.clone().into_owned(),
            kind: span.span_kind.clone().into(),
            start: span.start_time,
            duration: duration(span),
            status: (&span.status).into(),
            attributes: attributes(&span.attributes),
            events: events.collect(),
            links: links.collect(),
            scope: span.instrumentation_scope.name().to_owned(),
        }
    }
}

/// Returns the duration, or zero if the system clock was set back meanwhile.
pub(super) fn duration(span: &SpanData) -> Duration {
    span.end_time
        .duration_since(span.start_time)
        .unwrap_or_default()
}

impl From<otel::SpanKind> for SpanKind {
    fn from(kind: otel::SpanKind) -> Self {
        match kind {
            otel::SpanKind::Client => Self::Client,
            otel::SpanKind::Server => Self::Server,
            otel::SpanKind::Producer => Self::Producer,
            otel::SpanKind::Consumer => Self::Consumer,
            otel::SpanKind::Internal => Self::Internal,
        }
    }
}

impl From<&otel::Status> for SpanStatus {
    fn from(status: &otel::Status) -> Self {
        match status {
            otel::Status::Unset => Self::Unset,
            otel::Status::Ok => Self::Ok,
            otel::Status::Error { description } => Self::Error {
                description: description.clone().into_owned(),
            },
        }
    }
}

fn attributes(attributes: &[KeyValue]) -> Map<String, Json> {
    let pairs = attributes
        .iter()
        .map(|attribute| (attribute.key.as_str().to_owned(), json(&attribute.value)));
    pairs.collect()
}

/// Returns a value as JSON. A number that JSON does not have becomes `null`.
fn json(value: &Value) -> Json {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::I64(value) => (*value).into(),
        Value::F64(value) => (*value).into(),
        Value::String(value) => value.as_str().into(),
        Value::Array(Array::Bool(items)) => items.as_slice().into(),
        Value::Array(Array::I64(items)) => items.as_slice().into(),
        Value::Array(Array::F64(items)) => items.as_slice().into(),
        Value::Array(Array::String(items)) => items
            .iter()
            .map(opentelemetry::StringValue::as_str)
            .collect(),
        other => other.to_string().into(),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

mod nanos {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(value.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_nanos)
    }
}

mod unix_nanos {
    use serde::{Deserializer, Serializer};

    use super::{SystemTime, UNIX_EPOCH, nanos};

    pub(super) fn serialize<S: Serializer>(value: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
        nanos::serialize(&value.duration_since(UNIX_EPOCH).unwrap_or_default(), to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<SystemTime, D::Error> {
        nanos::deserialize(from).map(|since| UNIX_EPOCH + since)
    }
}
