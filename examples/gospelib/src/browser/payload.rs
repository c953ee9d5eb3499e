//! The JSON that browsers send: the fields of Faro's payload that this program reads. Others are
//! ignored.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The longest id of a session.
const LONGEST_ID: usize = 64;

/// A request of a browser.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Payload {
    pub(super) meta: Meta,
    pub(super) logs: Vec<Log>,
    pub(super) exceptions: Vec<Exception>,
    pub(super) measurements: Vec<Measurement>,
    pub(super) events: Vec<Event>,
    pub(super) traces: Option<Traces>,
}

/// The page and the session that signals come from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Meta {
    pub(super) app: App,
    pub(super) session: Session,
    pub(super) page: Page,
    pub(super) browser: Browser,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct App {
    pub(super) name: String,
    pub(super) version: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Session {
    pub(super) id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    pub(super) url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Browser {
    pub(super) name: String,
    pub(super) version: String,
}

/// The span that was current when a signal was made.
#[derive(Debug, Deserialize)]
pub(super) struct TraceOf {
    pub(super) trace_id: String,
    pub(super) span_id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Log {
    pub(super) message: String,
    #[serde(default)]
    pub(super) level: String,
    pub(super) trace: Option<TraceOf>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Exception {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) stacktrace: Option<Stack>,
    pub(super) trace: Option<TraceOf>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Stack {
    #[serde(default)]
    pub(super) frames: Vec<Frame>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Frame {
    pub(super) filename: String,
    pub(super) function: String,
    pub(super) lineno: Option<f64>,
    pub(super) colno: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Measurement {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(deserialize_with = "numbers")]
    pub(super) values: BTreeMap<String, f64>,
    pub(super) trace: Option<TraceOf>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) name: String,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, Value>,
    pub(super) trace: Option<TraceOf>,
}

/// Spans as OTLP has them in JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Traces {
    #[serde(default)]
    pub(super) resource_spans: Vec<ResourceSpans>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResourceSpans {
    #[serde(default)]
    pub(super) scope_spans: Vec<ScopeSpans>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ScopeSpans {
    #[serde(default)]
    pub(super) spans: Vec<Span>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_field_names,
    reason = "these are the names of OpenTelemetry"
)]
pub(super) struct Span {
    pub(super) trace_id: String,
    pub(super) span_id: String,
    #[serde(default)]
    pub(super) parent_span_id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) kind: u8,
    pub(super) start_time_unix_nano: Nanoseconds,
    pub(super) end_time_unix_nano: Nanoseconds,
    #[serde(default)]
    pub(super) attributes: Vec<Attribute>,
    #[serde(default)]
    pub(super) status: Status,
}

/// A time: OTLP writes it as a string, some SDKs as a number.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Nanoseconds {
    Number(u64),
    Text(String),
}

#[derive(Debug, Deserialize)]
pub(super) struct Attribute {
    pub(super) key: String,
    #[serde(default)]
    pub(super) value: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub(super) code: u8,
    pub(super) message: String,
}

/// Reads numbers. JSON has `null` for those that are not finite, which are left out.
fn numbers<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let all = BTreeMap::<String, Option<f64>>::deserialize(from)?;
    let all = all.into_iter();
    Ok(all
        .filter_map(|(name, value)| Some((name, value?)))
        .collect())
}

impl Payload {
    /// Returns the spans of all scopes.
    pub(super) fn spans(&self) -> impl Iterator<Item = &Span> {
        let resources = self.traces.iter().flat_map(|traces| &traces.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| &scope.spans)
    }

    /// Returns the number of signals.
    pub(super) fn items(&self) -> usize {
        let spans = self.spans().count();
        let others = [
            self.logs.len(),
            self.exceptions.len(),
            self.measurements.len(),
            self.events.len(),
        ];
        others.into_iter().sum::<usize>() + spans
    }

    /// Returns what is wrong, if the session's id is not one or a span is not one.
    pub(super) fn problem(&self) -> Option<String> {
        let id = &self.meta.session.id;
        let fits = id.len() <= LONGEST_ID
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !fits {
            let rule = "expected at most 64 letters, digits, `-` and `_`";
            return Some(format!("invalid session id: {rule}"));
        }
        let wrong = self
            .spans()
            .find(|span| super::spans::ended(span).is_none())?;
        let name: String = wrong.name.chars().take(64).collect();
        Some(format!("span {name:?} has invalid ids or times"))
    }
}

impl Nanoseconds {
    /// Returns the nanoseconds since 1970.
    pub(super) fn value(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}
