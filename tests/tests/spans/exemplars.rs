//! The trace that a bucket remembers.

use futures_util::FutureExt;
use glyph_runtime::{Telemetry, expose::Format, instrument_stage};
use opentelemetry_sdk::trace::{Sampler, SpanData};

use crate::{
    exported::Exported,
    telemetry::{Metrics, Test, stage},
};

/// The exemplars of a metric's series of a test, in the order of the buckets.
fn exemplars(metric: &str, test: &str) -> Vec<String> {
    let telemetry = Telemetry::builder("tests")
        .catalog(Metrics::global())
        .build()
        .unwrap();
    let page = telemetry.page(Format::OpenMetrics);
    let series = format!("spans_{metric}_bucket{{test=\"{test}\"");
    let lines = page.lines().filter(|line| line.starts_with(&series));
    lines
        .filter_map(|line| {
            line.split_once(" # ")
                .map(|(_, exemplar)| exemplar.to_owned())
        })
        .collect()
}

fn names(exemplar: &str, span: &SpanData) -> bool {
    let context = &span.span_context;
    exemplar.contains(&format!("trace_id=\"{}\"", context.trace_id()))
        && exemplar.contains(&format!("span_id=\"{}\"", context.span_id()))
}

#[test]
fn a_stage_leaves_its_own_span_in_its_histogram() {
    #[instrument_stage(stage::stt, labels(test = "exemplar sync"))]
    fn sync() {}
    #[instrument_stage(stage::stt, labels(test = "exemplar async"))]
    async fn later() {
        futures_util::pending!();
    }
    let spans = Exported::by(|| {
        let _outer = tracing::info_span!("outer").entered();
        sync();
        let mut cancelled = Box::pin(later());
        assert!((&mut cancelled).now_or_never().is_none());
    });
    for (test, span) in ["exemplar sync", "exemplar async"].into_iter().zip(&spans) {
        let exemplars = exemplars("stt_seconds", test);
        assert_eq!(exemplars.len(), 1, "{test}");
        assert!(names(&exemplars[0], span), "{test}: {exemplars:?} {span:?}");
    }
}

#[test]
fn a_block_leaves_its_own_span_too() {
    let spans = Exported::by(|| {
        let running = stage::stt {
            test: "exemplar block",
        }
        .start();
        running.finish();
    });
    let exemplars = exemplars("stt_seconds", "exemplar block");
    assert!(names(&exemplars[0], &spans[0]), "{exemplars:?}");
}

#[test]
fn a_histogram_observed_inside_a_span_remembers_it() {
    let spans = Exported::by(|| {
        let _span = tracing::info_span!("upload").entered();
        let test = "exemplar observed";
        Metrics::global().size.observe(Test { test }, 17.0);
    });
    let exemplars = exemplars("size_bytes", "exemplar observed");
    assert_eq!(exemplars.len(), 1);
    assert!(names(&exemplars[0], &spans[0]), "{exemplars:?}");
    assert!(exemplars[0].contains("} 17 "), "{exemplars:?}");
}

#[test]
fn an_unsampled_span_and_none_at_all_leave_nothing() {
    #[instrument_stage(stage::stt, labels(test = "exemplar none"))]
    fn transcribe() {
        let test = "exemplar none";
        Metrics::global().size.observe(Test { test }, 17.0);
    }
    transcribe();
    Exported::sampled_by(Sampler::AlwaysOff).run(transcribe);
    for metric in ["stt_seconds", "size_bytes"] {
        assert_eq!(exemplars(metric, "exemplar none"), [""; 0]);
    }
}
