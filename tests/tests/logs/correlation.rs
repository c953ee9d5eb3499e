//! Log lines have the ids of the exported trace.

use std::future::Future;

use glyph_runtime::log::{LogSettings, Pipeline, RequestId};
use opentelemetry::{
    Context,
    trace::{
        SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
    },
};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use serde_json::Value;
use tracing::{Instrument, Span, info, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

use crate::capture::{AMPLE, Written, line_of};

/// Returns the log lines of `work`, with a tracer that has this sampler.
fn traced(sampler: Sampler, work: impl FnOnce()) -> Vec<Value> {
    let provider = SdkTracerProvider::builder().with_sampler(sampler).build();
    let tracer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let kept = Written::default();
    let settings = LogSettings {
        output: kept.output(),
        ..LogSettings::default()
    };
    let (layer, log) = Pipeline::start(settings).unwrap();
    let subscriber = tracing_subscriber::registry().with(layer).with(tracer);
    tracing::subscriber::with_default(subscriber, work);
    log.shutdown(AMPLE).unwrap();
    kept.lines()
}

fn ids(span: &Span) -> (String, String) {
    let context = span.context();
    let context = context.span().span_context().clone();
    assert!(context.is_valid());
    (
        context.trace_id().to_string(),
        context.span_id().to_string(),
    )
}

fn ids_in(line: &Value) -> (String, String) {
    let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
    (text("trace_id"), text("span_id"))
}

#[test]
fn line_has_the_ids_of_its_span() {
    let mut expected = Vec::new();
    let lines = traced(Sampler::AlwaysOn, || {
        let outer = info_span!("outer").entered();
        expected.push(ids(&outer));
        info!("in the outer");
        {
            let inner = info_span!("inner").entered();
            expected.push(ids(&inner));
            info!("in the inner");
        }
        expected.push(ids(&outer));
        info!("in the outer again");
    });
    assert_eq!(lines.iter().map(ids_in).collect::<Vec<_>>(), expected);
    assert_eq!(expected[0].0.len(), 32);
    assert_eq!(expected[0].1.len(), 16);
    assert_eq!(expected[0].0, expected[1].0);
    assert_ne!(expected[0].1, expected[1].1);
}

#[test]
fn line_of_an_unsampled_trace_has_its_trace_id() {
    let remote = SpanContext::new(
        TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128),
        SpanId::from(0x00f0_67aa_0ba9_02b7_u64),
        TraceFlags::NOT_SAMPLED,
        true,
        TraceState::default(),
    );
    let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOn));
    let lines = traced(sampler, || {
        let _remote = Context::new().with_remote_span_context(remote).attach();
        info!("before any span");
        let _span = info_span!("request").entered();
        info!("inside");
    });
    for line in lines {
        assert_eq!(line["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
    }
}

#[test]
fn line_without_a_trace_has_no_ids() {
    let lines = traced(Sampler::AlwaysOn, || info!("outside"));
    assert_eq!(lines[0].get("trace_id"), None);
    assert_eq!(lines[0].get("span_id"), None);
    let line = line_of(|| {
        let _span = info_span!("span").entered();
        info!("no tracer");
    });
    assert_eq!(line.get("trace_id"), None);
}

#[test]
fn event_with_an_explicit_parent_has_the_parents_ids() {
    let lines = traced(Sampler::AlwaysOn, || {
        let other = info_span!("other", place = "other");
        let _current = info_span!("current", place = "current").entered();
        info!(parent: &other, "of the other");
        info!(parent: None, "of none");
        info!(parent: Span::current(), "of the current");
    });
    assert_eq!(lines[0]["place"], "other");
    assert_eq!(lines[0].get("trace_id"), None);
    assert_eq!(lines[1].get("place"), None);
    assert_eq!(lines[1].get("trace_id"), None);
    assert_eq!(lines[2]["place"], "current");
    assert_eq!(lines[2]["trace_id"].as_str().unwrap().len(), 32);
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

async fn task(name: &'static str) {
    let (trace_id, span_id) = ids(&Span::current());
    for _ in 0..3 {
        info!(
            name,
            expected_trace = trace_id,
            expected_span = span_id,
            "step"
        );
        tokio::task::yield_now().await;
    }
}

#[test]
fn interleaved_tasks_keep_their_own_ids() {
    let lines = traced(Sampler::AlwaysOn, || {
        block_on(async {
            let first = task("first").instrument(info_span!("first"));
            let second = task("second").instrument(info_span!("second"));
            tokio::join!(first, second);
        });
    });
    assert_eq!(lines.len(), 6);
    for line in &lines {
        assert_eq!(line["trace_id"], line["expected_trace"]);
        assert_eq!(line["span_id"], line["expected_span"]);
    }
    assert_ne!(lines[0]["trace_id"], lines[1]["trace_id"]);
}

#[test]
fn request_id_comes_from_the_current_scope() {
    let lines = traced(Sampler::AlwaysOn, || {
        let id = RequestId::new("r-1").unwrap();
        block_on(id.scope(async {
            info!("in the scope");
            async { info!("in a span in the scope") }
                .instrument(info_span!("span"))
                .await;
        }));
        id.in_scope(|| info!("in a block"));
        info!("outside");
    });
    let found: Vec<_> = lines
        .iter()
        .map(|line| line["request_id"].as_str())
        .collect();
    assert_eq!(found, [Some("r-1"), Some("r-1"), Some("r-1"), None]);
    assert_eq!(lines[1]["trace_id"].as_str().unwrap().len(), 32);
}

#[test]
fn request_id_field_precedes_the_scopes() {
    let line = line_of(|| {
        RequestId::new("of-the-scope").unwrap().in_scope(|| {
            let _span = info_span!("request", request_id = "of-the-span").entered();
            info!("which");
        });
    });
    assert_eq!(line["request_id"], "of-the-span");
    assert_eq!(line.to_string().matches("request_id").count(), 1);
}

#[test]
fn untrusted_id_is_bounded_and_printable() {
    assert_eq!(RequestId::new(""), None);
    assert_eq!(RequestId::new("a b"), None);
    assert_eq!(RequestId::new("a\nb"), None);
    assert_eq!(RequestId::new("é"), None);
    assert_eq!(RequestId::new(&"a".repeat(129)), None);
    assert_eq!(
        RequestId::new(&"a".repeat(128)).unwrap().as_str().len(),
        128
    );
}
