//! Sampling of stages without spans of `tracing`.

use std::{
    error::Error,
    fmt, io,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use glyph_runtime::{
    instrument_stage,
    trace::{KeepFailures, Pipeline, Sampler, Snapshot, StageSpans},
};
use glyph_tests::environment;
use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceContextExt, TraceState},
};
use opentelemetry_sdk::trace::InMemorySpanExporter;
use tracing::{Metadata, Span, info_span, level_filters::LevelFilter};
use tracing_subscriber::layer::SubscriberExt;

use super::settings;
use crate::{
    LONG, names,
    spans::telemetry::{calls, stage},
};

#[instrument_stage(stage::stt, labels(test = "sampled"), name = "call")]
fn call<R>(inside: impl FnOnce() -> R) -> R {
    inside()
}

fn current() -> SpanContext {
    Context::map_current(|context| context.span().span_context().clone())
}

/// Runs `work` with records and this sampler, and returns the names of the spans and the counts.
fn sampled_by(sampler: Sampler, work: impl FnOnce()) -> (Vec<String>, Snapshot) {
    let mut settings = settings(StageSpans::Records);
    settings.sampler = sampler;
    let pipeline = Pipeline::start(&settings).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, work);
    let spans = pipeline.recent().into_iter().rev();
    let spans: Vec<_> = spans.flat_map(|trace| trace.spans).collect();
    let names = names(&spans).into_iter().map(str::to_owned).collect();
    (names, pipeline.snapshot())
}

#[test]
fn root_that_is_not_sampled_has_no_span_and_no_sampled_children() {
    let before = calls("sampled");
    let (names, counts) = sampled_by(Sampler::parent_based(Sampler::AlwaysOff), || {
        assert!(!current().is_valid());
        call(|| {
            let outer = current();
            assert!(outer.is_valid() && !outer.is_sampled() && !outer.is_remote());
            call(|| assert_eq!(current().trace_id(), outer.trace_id()));
            info_span!("child").in_scope(|| {
                assert_eq!(current().trace_id(), outer.trace_id());
                assert!(!current().is_sampled());
            });
        });
        assert!(!current().is_valid());
    });
    assert!(names.is_empty());
    assert_eq!((counts.spans_started, counts.spans_ended), (0, 0));
    assert!(calls("sampled") >= before + 2);
}

#[test]
fn call_whose_field_panics_has_no_span() {
    fn size() -> u32 {
        "not a size".parse().unwrap()
    }

    #[instrument_stage(stage::stt, labels(test = "sampled"), name = "panics", fields(size = size()))]
    fn measured() {}

    let (mut names, counts) = sampled_by(Sampler::AlwaysOn, || {
        info_span!("root").in_scope(|| {
            assert!(std::panic::catch_unwind(measured).is_err());
            call(|| ());
        });
    });
    names.sort();
    assert_eq!(names, ["call", "root"]);
    assert_eq!(counts.spans_started, counts.spans_ended);
}

/// A value that counts how often it is formatted.
#[derive(Default)]
struct Formatted(AtomicU32);

impl fmt::Display for Formatted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fetch_add(1, Relaxed);
        formatter.write_str("formatted")
    }
}

#[test]
fn fields_of_a_root_that_is_not_sampled_are_not_formatted() {
    #[instrument_stage(stage::stt, labels(test = "sampled"), fields(%value))]
    fn shown(value: &Formatted) {}

    let formatted = |sampler| {
        let value = Formatted::default();
        sampled_by(Sampler::parent_based(sampler), || shown(&value));
        value.0.into_inner()
    };
    assert_eq!(formatted(Sampler::AlwaysOff), 0);
    assert_eq!(formatted(Sampler::AlwaysOn), 1);
}

#[test]
fn call_with_an_error_as_a_field_is_counted_once() {
    #[instrument_stage(stage::stt, labels(test = "sampled"), name = "fails", fields(error))]
    fn fails(error: &(dyn Error + 'static)) {}

    let (names, counts) = sampled_by(Sampler::parent_based(Sampler::AlwaysOn), || {
        for _ in 0..2 {
            fails(&io::Error::other("on purpose"));
        }
    });
    assert_eq!(names, ["fails", "fails"]);
    assert_eq!((counts.spans_started, counts.spans_ended), (2, 2));
}

#[test]
fn decision_of_the_parent_is_followed() {
    let remote = |is_sampled| {
        let flags = TraceFlags::default().with_sampled(is_sampled);
        let (trace, span) = (TraceId::from(7), SpanId::from(9));
        let parent = SpanContext::new(trace, span, flags, true, TraceState::NONE);
        Context::new().with_remote_span_context(parent)
    };
    for root in [Sampler::AlwaysOn, Sampler::AlwaysOff] {
        let (names, _) = sampled_by(Sampler::parent_based(root), || {
            for is_sampled in [true, false] {
                let _remote = remote(is_sampled).attach();
                call(|| assert_eq!(current().trace_id(), TraceId::from(7)));
            }
        });
        assert_eq!(names, ["call"]);
    }
}

#[test]
fn state_of_the_parents_trace_is_kept() {
    let state = TraceState::from_key_value([("vendor", "1")]).unwrap();
    let (trace, span) = (TraceId::from(7), SpanId::from(9));
    let parent = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, state.clone());
    let (names, _) = sampled_by(Sampler::parent_based(Sampler::AlwaysOn), || {
        let _remote = Context::new().with_remote_span_context(parent).attach();
        call(|| call(|| assert_eq!(current().trace_state(), &state)));
    });
    assert_eq!(names, ["call", "call"]);
}

#[test]
fn sampler_is_asked_for_each_root_alone_if_it_follows_parents() {
    let rate = Sampler::RateLimited(1);
    let nested = || call(|| call(|| call(|| ())));
    let (names, _) = sampled_by(Sampler::parent_based(rate.clone()), nested);
    assert_eq!(names.len(), 3);
    let (names, counts) = sampled_by(rate, nested);
    assert_eq!((names.len(), counts.spans_started), (1, 1));
}

#[test]
fn share_of_the_roots_is_sampled() {
    let sampler = Sampler::parent_based(Sampler::TraceIdRatio(0.25));
    let (names, counts) = sampled_by(sampler, || (0..2000).for_each(|_| call(|| call(|| ()))));
    assert_eq!(names.len() as u64, counts.spans_ended);
    assert_eq!(names.len() % 2, 0);
    // Ten standard deviations on each side.
    assert!((600..1400).contains(&names.len()), "{}", names.len());
}

#[test]
fn failed_trace_of_stages_is_kept_whole_without_sampling() {
    #[instrument_stage(stage::stt, labels(test = "sampled"), name = "fails")]
    fn fails() -> Result<(), io::Error> {
        assert_is_record();
        Err(io::Error::other("on purpose"))
    }
    let mut settings = settings(StageSpans::Records);
    settings.sampler = Sampler::parent_based(Sampler::AlwaysOff);
    settings.keep_failures = Some(KeepFailures::errors());
    let exporter = InMemorySpanExporter::default();
    let pipeline = Pipeline::start_with_exporter(&settings, "test", exporter.clone()).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, || {
        call(|| call(|| ()));
        call(|| {
            info_span!("span").in_scope(|| fails().unwrap_err());
            call(|| ());
        });
    });
    let [trace] = &*pipeline.recent() else {
        panic!("{:?}", pipeline.recent())
    };
    let mut kept = names(&trace.spans);
    kept.sort_unstable();
    assert_eq!(kept, ["call", "call", "fails", "span"]);
    assert!(trace.spans.iter().all(|span| !span.sampled));
    pipeline.flush(LONG).unwrap();
    assert!(exporter.get_finished_spans().unwrap().is_empty());
}

/// The caller is a stage in no span of `tracing`, or in one that is not that of the stage.
fn assert_is_record() {
    let name = Span::current().metadata().map(Metadata::name);
    assert!(name.is_none_or(|name| name == "span"), "{name:?}");
}

#[test]
fn nothing_is_recorded_where_telemetry_is_suppressed() {
    let (names, counts) = sampled_by(Sampler::AlwaysOn, || {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        call(|| assert!(!current().is_valid()));
    });
    assert!(names.is_empty());
    assert_eq!(counts.spans_started, 0);
}

#[test]
fn filter_of_spans_applies_to_records() {
    #[instrument_stage(
        stage::stt,
        labels(test = "sampled"),
        name = "quiet",
        target = "quiet::of"
    )]
    fn quiet() {
        call(|| ());
    }
    #[instrument_stage(stage::stt, labels(test = "sampled"), name = "detail", level = debug)]
    fn detail() {}
    let telemetry = environment::telemetry("records")
        .traces(|traces| traces.stages = StageSpans::Records)
        .span_target("quiet", LevelFilter::OFF)
        .build()
        .unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, || {
        for _ in 0..2 {
            quiet();
            detail();
        }
    });
    let traces = telemetry.recent_traces();
    let spans: Vec<_> = traces.iter().map(|trace| names(&trace.spans)).collect();
    assert_eq!(spans, [["call"], ["call"]]);
}
