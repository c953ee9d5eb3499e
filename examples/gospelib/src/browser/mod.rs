//! Signals of browsers, as the web SDK of Grafana Faro sends them: lines, exceptions, measurements,
//! events and spans.
//!
//! Lines go to the log with the service `gospelib-web` and the id of the session. Spans are exported
//! as those of that service, so they stand above the gateway's. Everything is counted by kind. What a
//! browser sends is untrusted: its size and its items are limited, and none of its texts is a label.

mod lines;
mod origins;
mod payload;
mod spans;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use glyph_runtime::config::TelemetryArgs;
use glyph_runtime::trace::Pipeline;

use crate::gateway::Gateway;
use crate::process::variables;
use crate::telemetry::{Rejection, ServiceMetrics, Signal};
pub(crate) use origins::Origins;
use payload::Payload;

/// The target of lines that a browser is the author of.
pub(crate) use lines::TARGET;

/// The name of the page's service in lines and spans.
const SERVICE: &str = "gospelib-web";
/// The most bytes of a request.
pub(crate) const MOST_BYTES: usize = 256 << 10;
/// The most items of a request, of all kinds.
const MOST_ITEMS: usize = 200;
/// The time that the export of spans has at the end.
const DEADLINE: Duration = Duration::from_secs(2);

/// Writes what browsers send to the log, and exports their spans.
#[derive(Clone, Debug)]
pub(crate) struct Browsers {
    /// `None` if nothing is traced.
    spans: Option<Arc<Pipeline>>,
}

impl Browsers {
    /// Starts the export of browsers' spans, with the settings of the program's own spans.
    pub(crate) fn start(arguments: &TelemetryArgs) -> Result<Self, Box<dyn Error>> {
        let mut configuration = variables().read(SERVICE)?;
        configuration.apply(arguments);
        let environment = configuration.environment.take();
        let resource = configuration.resource;
        let start = |mut settings: glyph_runtime::trace::TraceSettings| {
            SERVICE.clone_into(&mut settings.service);
            settings.environment = environment;
            settings.resource = resource;
            Pipeline::start(&settings).map(Arc::new)
        };
        Ok(Self {
            spans: configuration.traces.map(start).transpose()?,
        })
    }

    /// Exports the spans that are left.
    pub(crate) async fn end(&self) {
        if let Some(spans) = &self.spans
            && let Err(error) = spans.shutdown_async(DEADLINE).await
        {
            tracing::warn!(error = &error as &dyn Error, "spans of browsers lost");
        }
    }

    fn take(&self, payload: &Payload) {
        lines::write(payload);
        let Some(pipeline) = &self.spans else {
            return;
        };
        for span in payload.spans() {
            if let Some(span) = spans::ended(span) {
                pipeline.record_ended(span);
            }
        }
    }
}

/// Why a request is rejected.
#[derive(Debug, PartialEq, Eq)]
struct Rejected {
    status: StatusCode,
    reason: Rejection,
    text: String,
}

/// Takes in what a browser has collected.
pub(crate) async fn collect(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match read(&headers, body) {
        Ok(payload) => {
            count(&payload);
            gateway.browsers.take(&payload);
            StatusCode::ACCEPTED.into_response()
        }
        Err(Rejected {
            status,
            reason,
            text,
        }) => {
            ServiceMetrics::global().browser_rejections.inc(reason);
            tracing::warn!(reason = text, "signals of a browser rejected");
            (status, format!("{text}\n")).into_response()
        }
    }
}

fn read(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Payload, Rejected> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let text = "expected the content type application/json".to_owned();
        return Err(Rejected::invalid(status, text));
    }
    let body = body.map_err(|error| match error.status() {
        status @ StatusCode::PAYLOAD_TOO_LARGE => Rejected {
            status,
            reason: Rejection::TooLarge,
            text: format!("the request is larger than {MOST_BYTES} bytes"),
        },
        status => Rejected::invalid(status, error.body_text()),
    })?;
    parse(&body)
}

/// Reads a request, and checks its limits.
fn parse(body: &[u8]) -> Result<Payload, Rejected> {
    let not_a_payload = |problem: String| {
        let text = format!("not a payload of Faro: {problem}");
        Rejected::invalid(StatusCode::BAD_REQUEST, text)
    };
    // serde takes a list for a struct.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(not_a_payload("expected an object".to_owned()));
    }
    let payload = serde_json::from_slice(body);
    let payload: Payload = payload.map_err(|error| not_a_payload(error.to_string()))?;
    let items = payload.items();
    if items > MOST_ITEMS {
        return Err(Rejected {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            reason: Rejection::TooManyItems,
            text: format!("{items} items in one request, the limit is {MOST_ITEMS}"),
        });
    }
    if let Some(problem) = payload.problem() {
        return Err(Rejected::invalid(StatusCode::BAD_REQUEST, problem));
    }
    Ok(payload)
}

impl Rejected {
    const fn invalid(status: StatusCode, text: String) -> Self {
        Self {
            status,
            reason: Rejection::Invalid,
            text,
        }
    }
}

fn count(payload: &Payload) {
    let metrics = ServiceMetrics::global();
    for (signal, items) in [
        (Signal::Log, payload.logs.len()),
        (Signal::Exception, payload.exceptions.len()),
        (Signal::Measurement, payload.measurements.len()),
        (Signal::Event, payload.events.len()),
        (Signal::Span, payload.spans().count()),
    ] {
        metrics.browser_signals.add(signal, items);
    }
    for measurement in &payload.measurements {
        for (name, value) in &measurement.values {
            lines::observe(name, *value);
        }
    }
}

#[cfg(test)]
mod tests;
