//! Exemplars: the trace of an observation.

use futures_util::FutureExt;
use glyph_runtime::{Exemplar, instrument_stage, testing};
use opentelemetry_sdk::trace::{Sampler, SpanData};

use crate::spans::{
    exported::Exported,
    telemetry::{Metrics, Test, stage},
};

fn exemplar_of(span: &SpanData) -> Exemplar {
    let context = &span.span_context;
    Exemplar::new(
        u128::from_be_bytes(context.trace_id().to_bytes()),
        u64::from_be_bytes(context.span_id().to_bytes()),
    )
}

#[test]
fn stage_histogram_has_the_stage_span_as_exemplar() {
    #[instrument_stage(stage::stt, labels(test = "sync"))]
    fn sync() {}
    #[instrument_stage(stage::stt, labels(test = "async"))]
    async fn later() {
        futures_util::pending!();
    }
    let captured = testing::capture();
    let spans = Exported::by(|| {
        let _outer = tracing::info_span!("outer").entered();
        sync();
        let mut cancelled = Box::pin(later());
        assert!((&mut cancelled).now_or_never().is_none());
    });
    for (test, span) in ["sync", "async"].into_iter().zip(&spans) {
        let stt = captured.histogram::<stage::stt>().with(test);
        assert_eq!(stt.exemplars(), [exemplar_of(span)], "{test}");
    }
}

#[test]
fn block_histogram_has_the_block_span_as_exemplar() {
    let captured = testing::capture();
    let spans = Exported::by(|| stage::stt { test: "block" }.start().finish());
    let exemplars = captured.histogram::<stage::stt>().exemplars();
    assert_eq!(exemplars, [exemplar_of(&spans[0])]);
}

#[test]
fn histogram_observed_in_a_span_has_an_exemplar() {
    let captured = testing::capture();
    let size = &Metrics::global().size;
    let spans = Exported::by(|| {
        let _span = tracing::info_span!("upload").entered();
        size.observe(Test { test: "observed" }, 17.0);
    });
    let size = captured.histogram_of(size);
    assert_eq!(size.exemplars(), [exemplar_of(&spans[0])]);
    assert_eq!(size.sum().to_bits(), 17.0_f64.to_bits());
}

#[test]
fn unsampled_or_missing_span_makes_no_exemplar() {
    #[instrument_stage(stage::stt, labels(test = "unsampled"))]
    fn transcribe() {
        Metrics::global()
            .size
            .observe(Test { test: "unsampled" }, 17.0);
    }
    let captured = testing::capture();
    transcribe();
    Exported::sampled_by(Sampler::AlwaysOff).run(transcribe);
    let (stt, size) = (
        captured.histogram::<stage::stt>(),
        captured.histogram_of(&Metrics::global().size),
    );
    assert_eq!((stt.count(), size.count()), (2, 2));
    assert_eq!(stt.exemplars(), []);
    assert_eq!(size.exemplars(), []);
}
