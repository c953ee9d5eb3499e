//! A program whose spans and log a test can read.

use std::{collections::HashMap, time::Duration};

use glyph_runtime::{
    log::{self},
    trace::propagation::{self, Remote},
};
use glyph_tests::written::Written;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider, SpanData};
use serde_json::Value;
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::layer::SubscriberExt;

pub(crate) const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub(crate) const SPAN: &str = "00f067aa0ba902b7";

pub(crate) fn headers(of: &[(&str, &str)]) -> HashMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    of.iter().map(owned).collect()
}

/// Returns the context of a remote caller.
pub(crate) fn remote(sampled: bool) -> Remote {
    let parent = format!("00-{TRACE}-{SPAN}-0{}", u8::from(sampled));
    let baggage = "tenant=ibex";
    propagation::extract(&headers(&[("traceparent", &parent), ("baggage", baggage)]))
}

/// Returns the headers for the next process.
pub(crate) fn outgoing() -> HashMap<String, String> {
    let mut headers = HashMap::new();
    propagation::inject(&mut headers);
    headers
}

/// The spans and log lines of `work`.
pub(crate) struct Left {
    pub(crate) spans: Vec<SpanData>,
    pub(crate) lines: Vec<Value>,
}

impl Left {
    pub(crate) fn span(&self, name: &str) -> &SpanData {
        let named = |span: &&SpanData| span.name == name;
        self.spans.iter().find(named).unwrap()
    }

    pub(crate) fn line(&self, message: &str) -> &Value {
        let lines = self.lines.iter();
        let mut found = lines.filter(|line| line["message"] == message);
        found.next().unwrap_or_else(|| panic!("no {message:?}"))
    }
}

pub(crate) fn by(work: impl FnOnce()) -> Left {
    glyph_runtime::trace::connect();
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .build();
    let tracer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tests"));
    let kept = Written::default();
    let (layer, log) = log::Pipeline::start(log::LogSettings {
        output: kept.output(),
        ..log::LogSettings::default()
    })
    .unwrap();
    let subscriber = tracing_subscriber::registry().with(layer).with(tracer);
    dispatcher::with_default(&Dispatch::new(subscriber), work);
    log.shutdown(Duration::from_secs(30)).unwrap();
    provider.force_flush().unwrap();
    Left {
        spans: exporter.get_finished_spans().unwrap(),
        lines: kept.lines(),
    }
}
