//! The lines of a program are the same, whether its traces are sampled, not sampled, or not there.

mod elsewhere;
mod environment;
mod filters;
mod late;
mod layers;
pub(crate) mod program;
mod tree;

use glyph_runtime::{
    log::{LogSettings, Pipeline},
    trace::{self, StageSpans, TraceSettings},
};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use serde_json::{Map, Value};
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt};

use crate::capture::{AMPLE, Written, lines_of};

/// Returns the lines of `work` with a tracer that has this sampler.
pub(super) fn sampled_by(sampler: Sampler, work: impl FnOnce()) -> Vec<Value> {
    filtered_by("", sampler, work)
}

/// Returns the lines of `work` in a root span that is not sampled.
pub(super) fn unsampled(work: impl FnOnce()) -> Vec<Value> {
    sampled_by(off(), || tracing::info_span!("root").in_scope(work))
}

/// Returns the lines of `work` in a root span that is sampled.
pub(super) fn sampled(work: impl FnOnce()) -> Vec<Value> {
    sampled_by(on(), || tracing::info_span!("root").in_scope(work))
}

/// Returns the lines of `work` in a root span that is sampled, with records of stages in place of
/// spans.
pub(super) fn recorded(work: impl FnOnce()) -> Vec<Value> {
    let mut settings = TraceSettings::new("test");
    settings.stages = StageSpans::Records;
    let spans = trace::Pipeline::start(&settings).unwrap();
    with_log("", spans.layer(), || {
        tracing::info_span!("root").in_scope(work);
    })
}

pub(super) fn filtered_by(filter: &str, sampler: Sampler, work: impl FnOnce()) -> Vec<Value> {
    trace::connect();
    let provider = SdkTracerProvider::builder().with_sampler(sampler).build();
    let tracer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    with_log(filter, tracer, work)
}

fn with_log(
    filter: &str,
    spans: impl Layer<Registry> + Send + Sync,
    work: impl FnOnce(),
) -> Vec<Value> {
    let kept = Written::default();
    let settings = LogSettings {
        output: kept.output(),
        filter: filter.to_owned(),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings).unwrap();
    let subscriber = tracing_subscriber::registry().with(spans).with(layer);
    tracing::subscriber::with_default(subscriber, work);
    log.shutdown(AMPLE).unwrap();
    kept.lines()
}

pub(super) fn on() -> Sampler {
    Sampler::ParentBased(Box::new(Sampler::AlwaysOn))
}

pub(super) fn off() -> Sampler {
    Sampler::ParentBased(Box::new(Sampler::AlwaysOff))
}

/// Returns a line without its time and its ids.
fn fields(line: Value) -> Map<String, Value> {
    let Value::Object(mut line) = line else {
        panic!("{line} is no object");
    };
    for name in ["timestamp", "trace_id", "span_id"] {
        line.remove(name);
    }
    line
}

/// Asserts that two runs have the same lines, as sets of fields.
pub(super) fn assert_same(found: Vec<Value>, expected: Vec<Value>, name: &str) {
    let [found, expected] =
        [found, expected].map(|lines| lines.into_iter().map(fields).collect::<Vec<_>>());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(found.len(), expected.len(), "{name}");
}

#[test]
fn sampling_changes_no_line() {
    // Without a tracer, as with OTEL_SDK_DISABLED.
    let disabled = lines_of(LogSettings::default(), program::run);
    assert!(disabled.len() > 25, "{disabled:?}");
    let runs = [
        ("always on", on()),
        ("always off", off()),
        (
            "1 %",
            Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(0.01))),
        ),
    ];
    for (name, sampler) in runs {
        let lines = sampled_by(sampler, program::run);
        let outside = lines.iter().filter(|line| line["trace_id"].is_null());
        assert_eq!(outside.count(), 0, "{name}: a line without a trace");
        assert_same(lines, disabled.clone(), name);
    }
    let lines = recorded(program::run);
    assert_same(lines, disabled, "records");
}
