//! Errors for Sentry: each line of the level ERROR that a process writes, under the name of its service,
//! with the ids of its trace and its request. What browsers report is in the log alone.

use std::env;
use std::error::Error;

use glyph_runtime::TelemetryBuilder;
use glyph_runtime::log::{Redaction, RequestId};
use glyph_runtime::trace::StageSpans;
use opentelemetry::trace::TraceContextExt;
use sentry::integrations::tracing::{self as layer, EventFilter};
use sentry::protocol::{Context, Event, TraceContext};
use sentry::types::Dsn;
use sentry::{ClientInitGuard, ClientOptions, Hub};
use tracing::{Level, Metadata};

use crate::browser;
use crate::process::variables;

/// The variable that says where errors go.
const ADDRESS: &str = "SENTRY_DSN";

/// Starts a client if `SENTRY_DSN` says where errors go. When it is dropped, it sends what waits.
pub(crate) fn client(service: &'static str) -> Result<Option<ClientInitGuard>, Box<dyn Error>> {
    let address = env::var_os(ADDRESS).unwrap_or_default();
    if address.is_empty() {
        return Ok(None);
    }
    let address = address.to_string_lossy();
    address.parse::<Dsn>().map_err(|error| {
        format!("invalid {ADDRESS}: {error}; write `https://KEY@HOST/PROJECT`, or leave it out")
    })?;
    let settings = variables().read(service)?;
    let redaction = Redaction::default().and(&settings.redaction);
    let mut options = ClientOptions::new()
        .dsn(&address)
        .release(concat!("gospelib@", env!("CARGO_PKG_VERSION")))
        .before_send(move |event| Some(complete(event, service, &redaction)));
    // Without one, Sentry has a default.
    options.environment = settings.environment.map(Into::into);
    Ok(Some(sentry::init(options)))
}

/// Passes lines to the client, if there is one.
pub(crate) fn reported(builder: TelemetryBuilder) -> TelemetryBuilder {
    if Hub::main().client().is_none() {
        return builder;
    }
    let reports = layer::layer()
        .event_filter(|line| {
            if is_own_error(line) {
                EventFilter::Event
            } else {
                EventFilter::Ignore
            }
        })
        .span_filter(|_| false);
    // The layer sees no spans, so stages need none that it could see.
    builder
        .traces(|traces| traces.stages = StageSpans::Records)
        .layer(reports)
}

fn is_own_error(line: &Metadata<'_>) -> bool {
    *line.level() == Level::ERROR && line.target() != browser::TARGET
}

/// Adds the ids, on the thread that writes the line, and removes secrets.
fn complete(mut event: Event<'static>, service: &str, redaction: &Redaction) -> Event<'static> {
    event.tags.insert("service".into(), service.into());
    if let Some(id) = RequestId::current() {
        event.tags.insert("request_id".into(), id.as_str().into());
    }
    // Values of the field `error` are not among the fields.
    if redaction.covers("error") {
        event.exception.values.clear();
    }
    for context in event.contexts.values_mut() {
        if let Context::Other(fields) = context {
            fields.retain(|name, _| !redaction.covers(name));
        }
    }
    let context = opentelemetry::Context::current();
    let span = context.span();
    let ids = span.span_context();
    if ids.is_valid() {
        let trace = TraceContext {
            trace_id: ids.trace_id().to_bytes().into(),
            span_id: ids.span_id().to_bytes().into(),
            ..TraceContext::default()
        };
        let id = ids.trace_id().to_string();
        event.tags.insert("trace_id".into(), id);
        event.contexts.insert("trace".into(), trace.into());
    }
    event
}
