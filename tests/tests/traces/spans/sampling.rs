//! Stages in an unsampled trace build no span.

use glyph_runtime::{instrument_stage, trace};
use glyph_tests::children::alone;
use opentelemetry::{Context, trace::TraceContextExt};
use opentelemetry_sdk::trace::Sampler;
use tracing::Span;

use crate::spans::{
    exported::Exported,
    telemetry::{calls, stage},
};

#[test]
fn stage_under_an_unsampled_root_counts_without_a_span() {
    #[instrument_stage(stage::stt, labels(test = "unsampled"), fields(never = panics()))]
    fn child() -> (Option<tracing::Id>, String) {
        let trace = Context::map_current(|context| context.span().span_context().trace_id());
        (Span::current().id(), trace.to_string())
    }
    fn panics() -> bool {
        unreachable!("the fields of a span that is not built are not read")
    }

    let exported = Exported::sampled_by(Sampler::ParentBased(Box::new(Sampler::AlwaysOff)));
    exported.run(|| {
        let root = tracing::info_span!("root").entered();
        let trace = Context::map_current(|context| context.span().span_context().trace_id());
        let (span, inside) = child();
        assert_eq!(span, root.id(), "the current span is still the root");
        assert_eq!(inside, trace.to_string(), "log lines keep the trace id");
    });
    assert!(exported.spans().is_empty());
    assert_eq!(calls("unsampled"), 1);
}

#[test]
fn sampled_root_below_an_unsampled_one_is_built_with_children() {
    #[instrument_stage(stage::stt, labels(test = "root below"), name = "audit", parent = None)]
    fn audit() {
        child();
    }
    #[instrument_stage(stage::stt, labels(test = "root below"))]
    fn child() {}

    let exported = Exported::sampled_by(Sampler::ParentBased(Box::new(ByName("audit"))));
    exported.run(|| {
        let _root = tracing::info_span!("request").entered();
        child();
        audit();
    });
    let spans = exported.spans();
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["stt", "audit"]);
    assert_eq!(spans[0].parent_span_id, spans[1].span_context.span_id());
    assert_eq!(calls("root below"), 3);
}

#[test]
fn sampler_decides_without_a_sampled_parent() {
    #[instrument_stage(stage::stt, labels(test = "root"))]
    fn root() -> bool {
        Span::current().is_disabled()
    }
    let exported = Exported::sampled_by(Sampler::AlwaysOff);
    assert!(
        !exported.run(root),
        "a root is built whatever its sampler says"
    );
}

/// In its own process, because the switch is global.
#[test]
fn unsampled_spans_are_built_if_asked() {
    #[instrument_stage(stage::stt, labels(test = "switch"))]
    fn child() -> Option<tracing::Id> {
        Span::current().id()
    }
    alone(|| {
        trace::build_unsampled_spans(true);
        let exported = Exported::sampled_by(Sampler::AlwaysOff);
        exported.run(|| {
            let root = tracing::info_span!("root").entered();
            assert_ne!(child(), root.id());
        });
    });
}

/// Samples roots with one name.
#[derive(Clone, Debug)]
pub(super) struct ByName(pub(super) &'static str);

impl opentelemetry_sdk::trace::ShouldSample for ByName {
    fn should_sample(
        &self,
        _: Option<&Context>,
        _: opentelemetry::trace::TraceId,
        name: &str,
        _: &opentelemetry::trace::SpanKind,
        _: &[opentelemetry::KeyValue],
        _: &[opentelemetry::trace::Link],
    ) -> opentelemetry_sdk::trace::SamplingResult {
        use opentelemetry::trace::TraceState;
        use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult};

        SamplingResult {
            decision: if name == self.0 {
                SamplingDecision::RecordAndSample
            } else {
                SamplingDecision::Drop
            },
            attributes: Vec::new(),
            trace_state: TraceState::default(),
        }
    }
}
