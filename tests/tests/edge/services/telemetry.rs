//! The telemetry of the services: spans at a collector, log lines, and metrics.

use std::time::Duration;

use glyph_runtime::{
    Telemetry,
    expose::Format,
    grpc, http,
    log::{self, Output},
    trace::{self, OtlpSettings, Protocol},
};
use glyph_tests::{environment, receiver::traces::Receiver, written::Written};
use opentelemetry_proto::tonic::{common::v1::any_value::Value, trace::v1::Span};
use serde_json::Value as Json;
use tracing::{level_filters::LevelFilter, subscriber::DefaultGuard};
use tracing_subscriber::layer::SubscriberExt;

/// Longer than any operation here takes on a busy machine.
const LONG: Duration = Duration::from_secs(30);

/// The telemetry of the test's thread. Its runtime runs all three services.
pub(crate) struct Observed {
    receiver: Receiver,
    spans: trace::Pipeline,
    log: log::Pipeline,
    lines: Written,
    metrics: Telemetry,
    _current: DefaultGuard,
}

pub(crate) fn observe() -> Observed {
    let receiver = Receiver::start([]);
    let mut settings = trace::TraceSettings::new("shop");
    settings.otlp = Some(OtlpSettings::new(receiver.endpoint(), Protocol::Grpc));
    let spans = trace::Pipeline::start(&settings).unwrap();
    let lines = Written::default();
    let settings = log::LogSettings {
        output: Output::Writer(Box::new(lines.clone())),
        ..log::LogSettings::default()
    };
    let (layer, log) = log::Pipeline::start(settings).unwrap();
    let subscriber = tracing_subscriber::registry()
        .with(LevelFilter::INFO)
        .with(layer)
        .with(spans.layer());
    let metrics = environment::telemetry("shop")
        .catalog(http::ServerMetrics::global())
        .catalog(http::ClientMetrics::global())
        .catalog(grpc::ServerMetrics::global())
        .catalog(grpc::ClientMetrics::global())
        .without_facade()
        .build()
        .unwrap();
    Observed {
        receiver,
        spans,
        log,
        lines,
        metrics,
        _current: tracing::subscriber::set_default(subscriber),
    }
}

/// Flushes, and returns everything exported.
pub(crate) struct Left {
    pub(crate) spans: Vec<Span>,
    pub(crate) lines: Vec<Json>,
    pub(crate) page: String,
}

impl Observed {
    pub(crate) fn end(self) -> Left {
        self.spans.shutdown(LONG).unwrap();
        self.log.shutdown(LONG).unwrap();
        Left {
            spans: self.receiver.accepted(),
            lines: self.lines.lines(),
            page: self.metrics.render(Format::OpenMetrics),
        }
    }
}

/// Returns an attribute as a string; empty if it is missing.
pub(crate) fn attribute(span: &Span, name: &str) -> String {
    let found = span.attributes.iter().find(|pair| pair.key == name);
    let value = found.and_then(|pair| pair.value.clone()?.value);
    match value {
        Some(Value::StringValue(text)) => text,
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}
