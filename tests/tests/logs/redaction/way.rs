//! All outputs of a process at once: log lines, the ring, the span file, and OTLP for spans and log
//! records.

use std::{fs, time::Duration};

use glyph_runtime::{
    TelemetryBuilder,
    log::{self, Output, export},
    trace::{FileSettings, OtlpSettings, Protocol, Trace},
};
use glyph_tests::environment;
use opentelemetry_proto::tonic::{logs::v1::LogRecord, trace::v1::Span};
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;

use glyph_tests::receiver::{logs, traces};

const LONG: Duration = Duration::from_secs(20);

/// The text of every output.
pub(crate) struct Seen {
    pub(crate) lines: Vec<Value>,
    pub(crate) ring: Vec<Trace>,
    pub(crate) file: Vec<Value>,
    pub(crate) spans: Vec<Span>,
    pub(crate) records: Vec<LogRecord>,
}

impl Seen {
    /// Returns everything as text, with the name of the output.
    pub(crate) fn texts(&self) -> [(&'static str, String); 5] {
        [
            ("lines", format!("{:?}", self.lines)),
            ("ring", format!("{:?}", self.ring)),
            ("file", format!("{:?}", self.file)),
            ("spans", format!("{:?}", self.spans)),
            ("records", format!("{:?}", self.records)),
        ]
    }

    /// Asserts that no output shows `secret`, and that each shows `plain`.
    pub(crate) fn hides(&self, secret: &str, plain: &str) {
        for (way, text) in self.texts() {
            assert!(!text.contains(secret), "{way} shows {secret}: {text}");
            assert!(text.contains(plain), "{way} does not show {plain}: {text}");
        }
    }
}

/// Returns the outputs of `work`, with a telemetry that `change` configures.
pub(crate) fn out(
    change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
    work: impl FnOnce(),
) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let (lines, file) = (folder.path().join("log"), folder.path().join("spans"));
    let of_spans = traces::Receiver::start([]);
    let of_records = logs::Receiver::start([]);
    let collector = OtlpSettings::new(of_spans.endpoint(), Protocol::HttpProtobuf);
    let (to_lines, to_file) = (lines.clone(), FileSettings::new(&file));
    let telemetry = environment::telemetry("shop")
        .log(|log| {
            log.output = Output::File(to_lines);
            log.format = log::Format::Json;
        })
        .traces(|traces| {
            traces.otlp = Some(collector);
            traces.file = Some(to_file);
            traces.ring.with_collector = true;
        });
    let telemetry = change(telemetry).build().unwrap();
    let endpoint = OtlpSettings::new(of_records.endpoint(), Protocol::Grpc);
    let mut settings = export::LogExportSettings::new("shop", endpoint);
    settings.redaction = telemetry.redaction().clone();
    let (layer, records) = export::Pipeline::start(settings).unwrap();
    let subscriber = tracing_subscriber::registry()
        .with(telemetry.layers())
        .with(layer);
    tracing::subscriber::with_default(subscriber, work);
    telemetry.traces().unwrap().shutdown(LONG).unwrap();
    telemetry.log().unwrap().shutdown(LONG).unwrap();
    records.shutdown(LONG).unwrap();
    let json = |path| {
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    };
    Seen {
        lines: json(lines),
        ring: telemetry.recent_traces(),
        file: json(file),
        spans: of_spans.accepted(),
        records: of_records.accepted(),
    }
}
