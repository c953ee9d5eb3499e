//! Spans as plain data: what the ring gives and what a line of the file says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::{Array, KeyValue, SpanId, Value, trace as otel};
use opentelemetry_sdk::trace::SpanData;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// A trace, as far as this process saw it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Trace {
    /// The trace id, 32 hexadecimal digits.
    pub id: String,
    /// Its ended spans by their start.
    pub spans: Vec<Span>,
    /// Spans that had no room beside the others.
    pub missing_spans: u64,
}

impl Trace {
    /// The span that began the trace in this process: without a parent, or with one elsewhere.
    #[must_use]
    pub fn root(&self) -> Option<&Span> {
        self.spans.iter().find(|span| span.is_local_root())
    }

    /// The spans right below `parent`.
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
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// 16 hexadecimal digits.
    pub span_id: String,
    /// The span around it; none for the root of a trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_span_id: Option<String>,
    /// Whether that one is in another process.
    #[serde(default, skip_serializing_if = "is_false")]
    pub parent_is_remote: bool,
    /// Whether the sampler chose its trace.
    pub sampled: bool,
    /// Its name.
    pub name: String,
    /// Which side of which call it is.
    pub kind: SpanKind,
    /// When it began, on the system's clock.
    #[serde(rename = "start_unix_nanos", with = "unix_nanos")]
    pub start: SystemTime,
    /// How long it took.
    #[serde(rename = "duration_nanos", with = "nanos")]
    pub duration: Duration,
    /// How it ended.
    pub status: SpanStatus,
    /// What it says of itself.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Json>,
    /// What happened in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<SpanEvent>,
    /// Other spans that it has to do with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<SpanLink>,
    /// The library that made it.
    #[serde(default)]
    pub scope: String,
}

impl Span {
    /// Whether it has no parent in this process.
    #[must_use]
    pub fn is_local_root(&self) -> bool {
        self.parent_span_id.is_none() || self.parent_is_remote
    }
}

/// Which side of which call a span is (OpenTelemetry specification, "Span Kind").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// Neither.
    Internal,
    /// Who asks.
    Client,
    /// Who answers.
    Server,
    /// Who sends without waiting for an answer.
    Producer,
    /// Who receives what was sent so.
    Consumer,
}

/// How a span ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum SpanStatus {
    /// Nobody said.
    Unset,
    /// Well, as somebody stated.
    Ok,
    /// Not well.
    Error {
        /// What was said of it.
        #[serde(default)]
        description: String,
    },
}

/// Something that happened in a span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpanEvent {
    /// Its name.
    pub name: String,
    /// When, on the system's clock.
    #[serde(rename = "time_unix_nanos", with = "unix_nanos")]
    pub time: SystemTime,
    /// What it says of itself.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Json>,
}

/// Another span that a span has to do with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SpanLink {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// 16 hexadecimal digits.
    pub span_id: String,
    /// What it says of itself.
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

/// Zero when the system's clock was set back meanwhile.
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

/// A number that is none in JSON becomes `null`.
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
