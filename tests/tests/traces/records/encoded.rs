//! OTLP requests have the same spans as other exporters get, though only these get spans of the SDK.

use std::collections::BTreeMap;

use glyph_runtime::{
    instrument_stage,
    redaction::Redaction,
    trace::{OtlpSettings, Pipeline, Protocol, SpanDetails, StageSpans, TraceSettings, remote},
};
use opentelemetry::{
    Array, Context, InstrumentationScope, KeyValue, Value,
    trace::{SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use opentelemetry_proto::tonic::{
    common::v1::InstrumentationScope as EncodedScope, trace::v1::Span,
};
use opentelemetry_sdk::trace::InMemorySpanExporter;
use proptest::{collection::vec, option, prelude::*};
use tracing::{error, info, info_span};
use tracing_subscriber::layer::SubscriberExt;

use super::settings;
use crate::{LONG, receiver::Receiver, spans::telemetry::stage};

/// Names of attributes: some are fields of the stage, and one is redacted.
const NAMES: [&str; 6] = [
    "text",
    "number",
    "more",
    "more.chain",
    "api_key",
    "exception.message",
];

#[derive(Clone, Debug)]
enum Step {
    Call(Box<Call>),
    Span(Vec<Self>),
    Attribute(usize, Value),
    Event(String, Vec<(usize, Value)>),
    Info(u64),
    Fail(String),
    Link(bool, Vec<(usize, Value)>),
    Status(bool, String),
    Name(String),
}

#[derive(Clone, Debug)]
struct Call {
    text: String,
    number: Option<u64>,
    signed: i64,
    ratio: f64,
    flag: bool,
    kind: Kind,
    fails: bool,
    inside: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Internal,
    Client,
    /// A call whose parent is a span of another process.
    OfAnother,
}

/// What the settings of a pipeline change on spans.
#[derive(Clone, Debug)]
struct Changes {
    most: [u32; 5],
    value_length: Option<usize>,
    redacted: Option<&'static str>,
    are_detailed: bool,
}

fn values() -> impl Strategy<Value = Value> {
    let text = || ".{0,12}";
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::I64),
        (-1e9..1e9).prop_map(Value::F64),
        text().prop_map(|text| Value::String(text.into())),
        vec(text(), 0..3).prop_map(|texts| {
            let texts = texts.into_iter().map(Into::into);
            Value::Array(Array::String(texts.collect()))
        }),
        vec(any::<i64>(), 0..3).prop_map(|items| Value::Array(Array::I64(items))),
        vec(any::<bool>(), 0..3).prop_map(|items| Value::Array(Array::Bool(items))),
        vec(-1e9..1e9, 0..3).prop_map(|items| Value::Array(Array::F64(items))),
    ]
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Internal),
        Just(Kind::Client),
        Just(Kind::OfAnother)
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let attributes = || vec((0..NAMES.len(), values()), 0..4);
    let leaf = prop_oneof![
        (0..NAMES.len(), values()).prop_map(|(name, value)| Step::Attribute(name, value)),
        (".{0,12}", attributes()).prop_map(|(name, values)| Step::Event(name, values)),
        any::<u64>().prop_map(Step::Info),
        ".{0,12}".prop_map(Step::Fail),
        (any::<bool>(), attributes()).prop_map(|(state, values)| Step::Link(state, values)),
        (any::<bool>(), ".{0,12}").prop_map(|(ok, text)| Step::Status(ok, text)),
        ".{1,300}".prop_map(Step::Name),
    ];
    let step = leaf.prop_recursive(4, 30, 5, |inner| {
        let inside = vec(inner, 0..5);
        let call = (
            (
                ".{0,200}",
                option::of(any::<u64>()),
                any::<i64>(),
                -1e9..1e9,
            ),
            (any::<bool>(), kinds(), any::<bool>()),
            inside.clone(),
        );
        let call = call.prop_map(
            |((text, number, signed, ratio), (flag, kind, fails), inside)| {
                Step::Call(Box::new(Call {
                    text,
                    number,
                    signed,
                    ratio,
                    flag,
                    kind,
                    fails,
                    inside,
                }))
            },
        );
        prop_oneof![4 => call, 1 => inside.prop_map(Step::Span)]
    });
    vec(step, 1..4)
}

fn changes() -> impl Strategy<Value = Changes> {
    let most = || prop_oneof![Just(128_u32), 0..6_u32];
    let redacted = ["text", "more", "error", "message", "otel"].map(Just);
    let redacted = proptest::strategy::Union::new(redacted);
    (
        [most(), most(), most(), most(), most()],
        option::of(0..8_usize),
        option::weighted(0.3, redacted),
        any::<bool>(),
    )
        .prop_map(|(most, value_length, redacted, are_detailed)| Changes {
            most,
            value_length,
            redacted,
            are_detailed,
        })
}

#[instrument_stage(
    stage::stt,
    labels(test = "encoded"),
    fields(
        text = call.text.as_str(),
        number = call.number,
        signed = call.signed,
        ratio = call.ratio,
        flag = call.flag
    )
)]
fn internal(call: &Call) -> Result<(), String> {
    run_all(&call.inside);
    if call.fails {
        Err(call.text.clone())
    } else {
        Ok(())
    }
}

#[instrument_stage(
    stage::stt,
    labels(test = "encoded"),
    fields(number = call.number, debugged = ?call.inside.len()),
    kind = client,
    name = "client"
)]
fn client(call: &Call) -> Result<(), String> {
    run_all(&call.inside);
    if call.fails {
        Err(call.text.clone())
    } else {
        Ok(())
    }
}

fn run_all(steps: &[Step]) {
    steps.iter().for_each(run);
}

fn run(step: &Step) {
    match step {
        Step::Call(call) => run_call(call),
        Step::Span(inside) => info_span!("span", a = 1).in_scope(|| run_all(inside)),
        Step::Info(number) => info!(number, "an event"),
        Step::Fail(text) => error!(error = text.as_str()),
        other => add(other),
    }
}

fn run_call(call: &Call) {
    // Its outcome is on the span.
    let _ = match call.kind {
        Kind::Internal => internal(call),
        Kind::Client => client(call),
        Kind::OfAnother => remote(&context(call.flag, true)).in_scope(|| internal(call)),
    };
}

/// Adds something to the current span.
fn add(step: &Step) {
    let context = Context::current();
    let span = context.span();
    match step.clone() {
        Step::Attribute(name, value) => span.set_attribute(KeyValue::new(NAMES[name], value)),
        Step::Event(name, values) => span.add_event(name, attributes(values)),
        Step::Link(has_state, values) => {
            span.add_link(self::context(has_state, has_state), attributes(values));
        }
        Step::Status(true, _) => span.set_status(Status::Ok),
        Step::Status(false, text) => span.set_status(Status::error(text)),
        Step::Name(name) => span.update_name(name),
        _ => {}
    }
}

fn attributes(values: Vec<(usize, Value)>) -> Vec<KeyValue> {
    let values = values.into_iter();
    values
        .map(|(name, value)| KeyValue::new(NAMES[name], value))
        .collect()
}

/// A span of another process.
fn context(has_state: bool, is_remote: bool) -> SpanContext {
    let state = TraceState::from_key_value([("rojo", "1"), ("congo", "2")]).unwrap();
    SpanContext::new(
        TraceId::from(11),
        SpanId::from(7),
        TraceFlags::SAMPLED,
        is_remote,
        if has_state { state } else { TraceState::NONE },
    )
}

fn settings_of(changes: &Changes, endpoint: &str) -> TraceSettings {
    let mut settings = settings(StageSpans::Records);
    settings.otlp = Some(OtlpSettings::new(endpoint, Protocol::HttpProtobuf));
    let [attributes, events, of_events, links, of_links] = changes.most;
    settings.limits.attributes = attributes;
    settings.limits.events = events;
    settings.limits.attributes_per_event = of_events;
    settings.limits.links = links;
    settings.limits.attributes_per_link = of_links;
    settings.limits.attribute_value_length = changes.value_length;
    if let Some(name) = changes.redacted {
        settings.redaction = Redaction::default().with(name);
    }
    if changes.are_detailed {
        // The names of functions are on for the whole process, and other tests compare spans without.
        let mut details = SpanDetails::default();
        details.target = true;
        details.thread = true;
        settings.details = details;
    }
    settings
}

type Spans = BTreeMap<Vec<u8>, (EncodedScope, Span)>;

/// Returns the spans of a pipeline: those of a collector, and those of another exporter as
/// `opentelemetry-proto` encodes them.
fn spans(changes: &Changes, work: impl FnOnce()) -> [Spans; 2] {
    let collector = Receiver::start([]);
    let exporter = InMemorySpanExporter::default();
    let settings = settings_of(changes, &collector.endpoint());
    let pipeline = Pipeline::start_with_exporter(&settings, "test", exporter.clone()).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    tracing::subscriber::with_default(subscriber, work);
    pipeline.flush(LONG).unwrap();
    let resources = collector.received().into_iter();
    let resources = resources.flat_map(|received| received.request.resource_spans);
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    let sent = scopes.flat_map(|scope| {
        let of = scope.scope.unwrap();
        let spans = scope.spans.into_iter();
        spans.map(move |span| (span.span_id.clone(), (of.clone(), span)))
    });
    let others = exporter.get_finished_spans().unwrap().into_iter();
    let others = others.map(|span| {
        let scope: InstrumentationScope = span.instrumentation_scope.clone();
        let span = Span::from(span);
        (span.span_id.clone(), ((scope, None).into(), span))
    });
    [sent.collect(), others.collect()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn collector_gets_the_spans_of_other_exporters(changes in changes(), steps in steps()) {
        let [sent, others] = spans(&changes, || run_all(&steps));
        prop_assert_eq!(sent.len(), others.len());
        for (sent, other) in sent.values().zip(others.values()) {
            prop_assert_eq!(sent, other);
        }
    }
}

#[test]
fn long_text_and_large_number_are_in_requests() {
    let changes = Changes {
        most: [128; 5],
        value_length: None,
        redacted: None,
        are_detailed: false,
    };
    let [sent, others] = spans(&changes, || {
        run(&Step::Call(Box::new(Call {
            text: "x".repeat(20_000),
            number: Some(u64::MAX),
            signed: -1,
            ratio: 0.5,
            flag: true,
            kind: Kind::OfAnother,
            fails: true,
            inside: vec![Step::Info(1)],
        })));
    });
    assert_eq!(sent.len(), 1);
    assert_eq!(sent, others);
}
