//! Sampling of traces.

use std::time::{Duration, Instant, SystemTime};

use glyph_runtime::trace::{KeepFailures, Pipeline, Protocol, Sampler, TraceSettings};
use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    trace::{Span as _, SpanContext, Status, TraceContextExt, TraceState, Tracer, TracerProvider},
};

use crate::{LONG, names, receiver::Receiver, spans, to_collector};

fn sampled_by(sampler: Sampler) -> Pipeline {
    let mut settings = TraceSettings::new("shop");
    settings.sampler = sampler;
    Pipeline::start(&settings).unwrap()
}

/// Returns a remote parent.
fn parent(is_sampled: bool) -> Context {
    let flags = TraceFlags::default().with_sampled(is_sampled);
    let parent = SpanContext::new(
        TraceId::from(7),
        SpanId::from(9),
        flags,
        true,
        TraceState::NONE,
    );
    Context::new().with_remote_span_context(parent)
}

#[test]
fn always_on_and_always_off_samplers_decide() {
    for (sampler, kept) in [(Sampler::AlwaysOn, 2), (Sampler::AlwaysOff, 0)] {
        let pipeline = sampled_by(sampler);
        let tracer = pipeline.provider().tracer("test");
        drop(tracer.start_with_context("below", &parent(kept == 0)));
        spans(&pipeline, 1);
        assert_eq!(pipeline.recent().len(), kept);
        assert_eq!(pipeline.snapshot().spans_started, kept as u64);
    }
}

#[test]
fn ratio_sampler_keeps_about_its_ratio() {
    let pipeline = sampled_by(Sampler::TraceIdRatio(0.25));
    spans(&pipeline, 4000);
    let kept = pipeline.recent().len();
    // Ten standard deviations on each side.
    assert!((730..1270).contains(&kept), "{kept}");
}

#[test]
fn children_follow_the_parents_decision() {
    for root in [
        Sampler::AlwaysOn,
        Sampler::AlwaysOff,
        Sampler::RateLimited(1),
    ] {
        let pipeline = sampled_by(Sampler::parent_based(root));
        let tracer = pipeline.provider().tracer("test");
        drop(tracer.start_with_context("sampled", &parent(true)));
        drop(tracer.start_with_context("unsampled", &parent(false)));
        let recent = pipeline.recent();
        assert_eq!(names(&recent[0].spans), ["sampled"]);
        assert_eq!(recent[0].id, TraceId::from(7).to_string());
    }
}

#[test]
fn rate_limits_roots_and_not_their_children() {
    let pipeline = sampled_by(Sampler::parent_based(Sampler::RateLimited(2)));
    let tracer = pipeline.provider().tracer("test");
    let started = Instant::now();
    for _ in 0..5 {
        tracer.in_span("root", |_| tracer.in_span("child", |_| {}));
    }
    let recent = pipeline.recent();
    // Two for each second that has begun; the loop takes a tiny part of the first.
    let seconds = usize::try_from(started.elapsed().as_secs()).unwrap();
    assert!((2..=2 + 2 * seconds).contains(&recent.len()));
    assert!(
        recent
            .iter()
            .all(|trace| names(&trace.spans) == ["root", "child"])
    );
}

#[test]
fn invalid_sampler_settings_are_errors() {
    let error = |sampler| {
        let mut settings = TraceSettings::new("shop");
        settings.sampler = Sampler::parent_based(sampler);
        Pipeline::start(&settings).unwrap_err().to_string()
    };
    assert!(error(Sampler::TraceIdRatio(1.5)).contains("1.5"));
    assert!(error(Sampler::TraceIdRatio(f64::NAN)).contains("NaN"));
    assert!(error(Sampler::RateLimited(0)).contains("from 1 to 10000"));
}

fn failures(keep: KeepFailures) -> Pipeline {
    let mut settings = TraceSettings::new("shop");
    settings.sampler = Sampler::parent_based(Sampler::AlwaysOff);
    settings.keep_failures = Some(keep);
    Pipeline::start(&settings).unwrap()
}

/// Makes a root with a child step, which fails if asked.
fn request(pipeline: &Pipeline, name: &'static str, fails: bool) {
    let tracer = pipeline.provider().tracer("test");
    tracer.in_span(name, |_| {
        let mut step = tracer.start("step");
        if fails {
            step.set_status(Status::error("no"));
        }
        drop(step);
        tracer.in_span("clean up", |_| {});
    });
}

#[test]
fn failed_traces_are_kept_whole_without_sampling() {
    let pipeline = failures(KeepFailures::errors());
    request(&pipeline, "well", false);
    request(&pipeline, "badly", true);
    request(&pipeline, "well", false);
    let [trace] = &pipeline.recent()[..] else {
        panic!("not one trace")
    };
    assert_eq!(names(&trace.spans), ["badly", "step", "clean up"]);
    assert!(trace.spans.iter().all(|span| !span.sampled));
}

#[test]
fn failure_under_an_unsampled_remote_parent_is_kept() {
    let pipeline = failures(KeepFailures::errors());
    let tracer = pipeline.provider().tracer("test");
    let mut span = tracer.start_with_context("below", &parent(false));
    assert!(!span.span_context().is_sampled());
    span.set_status(Status::error("no"));
    drop(span);
    assert!(pipeline.recent()[0].root().unwrap().parent_is_remote);
}

#[test]
fn slow_roots_are_kept_and_slow_children_are_not() {
    let pipeline = failures(KeepFailures::errors_and_slower_than(Duration::from_secs(1)));
    let tracer = pipeline.provider().tracer("test");
    let start = SystemTime::UNIX_EPOCH;
    let root_that_takes = |name: &'static str, took| {
        let builder = tracer.span_builder(name).with_start_time(start);
        let mut root = tracer.build_with_context(builder, &Context::new());
        root.end_with_timestamp(start + Duration::from_millis(took));
    };
    root_that_takes("slow", 1000);
    root_that_takes("quick", 999);
    tracer.in_span("root", |_| {
        let builder = tracer.span_builder("step").with_start_time(start);
        let mut step = tracer.build(builder);
        step.end_with_timestamp(start + Duration::from_secs(9));
    });
    let recent = pipeline.recent();
    assert_eq!(recent.len(), 1);
    assert_eq!(names(&recent[0].spans), ["slow"]);
}

#[test]
fn collector_receives_only_sampled_spans() {
    let receiver = Receiver::start([]);
    let mut settings = to_collector(&receiver.endpoint(), Protocol::HttpProtobuf);
    settings.sampler = Sampler::parent_based(Sampler::RateLimited(1));
    settings.keep_failures = Some(KeepFailures::errors());
    let pipeline = Pipeline::start(&settings).unwrap();
    request(&pipeline, "first", true);
    request(&pipeline, "second", true);
    pipeline.shutdown(LONG).unwrap();
    let kept: Vec<_> = pipeline
        .recent()
        .iter()
        .map(|trace| trace.spans.len())
        .collect();
    assert_eq!(kept, [3, 3]);
    assert_eq!(receiver.accepted().len(), 3);
    assert!(receiver.accepted().iter().any(|span| span.name == "first"));
}

#[test]
fn endless_traces_are_dropped_at_the_limits() {
    let mut settings = TraceSettings::new("shop");
    settings.sampler = Sampler::AlwaysOff;
    settings.keep_failures = Some(KeepFailures::errors());
    settings.ring.spans = 10;
    let pipeline = Pipeline::start(&settings).unwrap();
    let tracer = pipeline.provider().tracer("test");
    let roots: Vec<_> = (0..50)
        .map(|_| {
            let root = Context::new().with_span(tracer.start("root"));
            drop(tracer.start_with_context("step", &root));
            root
        })
        .collect();
    // The steps of the first forty traces are gone when their roots fail.
    for root in roots.iter().take(1).chain(roots.last()) {
        root.span().set_status(Status::error("no"));
        root.span().end();
    }
    let kept: Vec<_> = pipeline
        .recent()
        .iter()
        .map(|trace| trace.spans.len())
        .collect();
    assert_eq!(kept, [2, 1]);
}
