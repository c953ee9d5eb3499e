//! What code adds to the span of a call by other ways than fields.

use std::{fmt, io};

use glyph_runtime::{
    instrument_stage,
    redaction::Redaction,
    stage::{IntoParent, Link},
    trace::{Sampler, StageSpans, TraceSettings},
};
use opentelemetry::{
    Context, KeyValue,
    trace::{SpanId, Status, TraceContextExt},
};
use opentelemetry_sdk::trace::SpanData;
use tracing::{Span, error, info, info_span};

use super::{exported, exported_with, named, recorded, settings, tree};
use crate::{
    layer::exported::{names, value},
    spans::telemetry::stage,
};

#[instrument_stage(stage::stt, labels(test = "added"), name = "call")]
fn call<R>(inside: impl FnOnce() -> R) -> R {
    inside()
}

fn pair(name: &'static str, value: i64) -> KeyValue {
    KeyValue::new(name, value)
}

#[test]
fn current_span_of_opentelemetry_takes_everything() {
    let spans = recorded(|| {
        call(|| {
            let context = Context::current();
            let span = context.span();
            assert!(span.is_recording());
            span.set_attribute(pair("set", 1));
            span.add_event("added", vec![pair("size", 2)]);
            span.set_status(Status::error("on purpose"));
            span.set_status(Status::Unset);
            span.update_name("renamed");
            assert!(context.has_active_span());
        });
    });
    let span = named(&spans, "renamed");
    assert_eq!(value(&span.attributes, "set"), Some(1.into()));
    assert_eq!(value(&span.attributes, "test"), Some("added".into()));
    assert_eq!(span.status, Status::error("on purpose"));
    assert_eq!(span.events[0].name, "added");
    assert_eq!(value(&span.events[0].attributes, "size"), Some(2.into()));
    assert_eq!(span.parent_span_id, SpanId::INVALID);
}

#[test]
fn link_of_a_program_is_one_of_spans_of_tracing() {
    struct Job(Span);

    impl Link for Job {
        fn add_to(&self, span: &Span) {
            self.0.add_to(span);
        }
    }

    #[instrument_stage(stage::stt, labels(test = "added"), name = "after", links = [job])]
    fn after(job: &Job) {}

    let links = |stages| {
        let spans = exported(stages, || after(&Job(info_span!("job"))));
        named(&spans, "after").links.len()
    };
    assert_eq!(links(StageSpans::Tracing), 1);
    assert_eq!(links(StageSpans::Records), 0);
}

#[test]
fn ended_call_takes_nothing() {
    let mut kept = None;
    let spans = recorded(|| {
        kept = Some(call(Context::current));
        let context = kept.clone().unwrap();
        assert!(!context.span().is_recording());
        context.span().set_attribute(pair("late", 1));
        // Its memory is not used for the next call while the context is kept.
        call(|| ());
        context.span().set_attribute(pair("late", 2));
        let _attached = context.attach();
        info!("belongs to no span");
        info_span!("child").in_scope(|| {});
    });
    let calls: Vec<_> = spans.iter().filter(|span| span.name == "call").collect();
    assert_eq!(calls.len(), 2);
    for call in &calls {
        assert_eq!(names(&call.attributes), ["kind", "test"]);
        assert!(call.events.is_empty());
    }
    let ids = |span: &SpanData| span.span_context.span_id();
    let parent = named(&spans, "child").parent_span_id;
    assert_eq!(parent, kept.unwrap().span().span_context().span_id());
    assert_ne!(ids(calls[0]), ids(calls[1]));
}

#[test]
fn limits_of_spans_are_kept_and_counted() {
    let mut limited = settings(StageSpans::Records);
    limited.limits.attributes = 3;
    limited.limits.events = 1;
    limited.limits.attributes_per_event = 2;
    limited.limits.attribute_value_length = Some(2);
    let spans = exported_with(&limited, || {
        call(|| {
            info!("first");
            info!("second");
            let context = Context::current();
            for number in 0..4 {
                context.span().set_attribute(pair("set", number));
            }
        });
    });
    let [span] = &*spans else { panic!("{spans:?}") };
    assert_eq!(span.attributes.len(), 3);
    assert_eq!(span.dropped_attributes_count, 3);
    assert_eq!(value(&span.attributes, "test"), Some("ad".into()));
    assert_eq!((span.events.len(), span.events.dropped_count), (1, 1));
}

#[test]
fn names_on_the_list_are_redacted() {
    #[instrument_stage(stage::stt, labels(test = "added"), fields(card = "visa 4111"))]
    fn pay() {
        info!(card = "visa 4111", "paid");
        Context::current()
            .span()
            .set_attribute(KeyValue::new("card.number", "visa 4111"));
    }

    let mut redacted = settings(StageSpans::Records);
    redacted.redaction = Redaction::none().with("card");
    let spans = exported_with(&redacted, || {
        pay();
        info_span!("around").in_scope(pay);
    });
    assert_eq!(spans.len(), 3);
    assert!(!format!("{spans:?}").contains("visa"), "{spans:?}");
}

/// An error with a cause.
#[derive(Debug)]
struct Failure(io::Error);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("sold out")
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn events_have_the_attributes_of_those_in_other_spans() {
    let work = || {
        let failure = Failure(io::Error::other("no cards"));
        let failure: &(dyn std::error::Error + 'static) = &failure;
        info!(
            small = 1_u8,
            wide = u128::MAX,
            below = -1_i128,
            ratio = 0.5,
            is = true,
            "numbers"
        );
        info!(of = ?Some(1), shown = %"text", "shown");
        error!(error = "quoted");
        error!(error = ?Some(1));
        error!(error = "not an exception", "a message");
        error!(failure, "with a cause");
        info!(failure);
        error!({ target = "http.request" }, "the line of a call");
    };
    let in_stage = |stages| {
        let spans = exported(stages, || call(work));
        let [span] = &*spans else { panic!("{spans:?}") };
        assert_eq!(span.status, Status::Unset);
        tree::of(&spans)
    };
    let records = in_stage(StageSpans::Records);
    assert_eq!(records, in_stage(StageSpans::Tracing));
    assert!(records.contains("no cards"), "{records}");
    // In a span of `tracing`, `tracing-opentelemetry` makes the same of them.
    let around = |stages| {
        let spans = exported(stages, || info_span!("around").in_scope(|| call(work)));
        tree::of(&spans)
    };
    let records = around(StageSpans::Records);
    assert_eq!(records, around(StageSpans::Tracing));
}

#[test]
fn event_belongs_to_the_span_that_it_names() {
    let spans = recorded(|| {
        let other = info_span!("other");
        info_span!("around").in_scope(|| {
            call(|| {
                info!(parent: &other, "of the other");
                info!(parent: None, "of none");
                info!("of the call");
            });
            info!("of the span around");
        });
    });
    let events = |name: &str| -> Vec<String> {
        let events = named(&spans, name).events.iter();
        events.map(|event| event.name.to_string()).collect()
    };
    assert_eq!(events("other"), ["of the other"]);
    assert_eq!(events("call"), ["of the call"]);
    assert_eq!(events("around"), ["of the span around"]);
}

#[test]
fn event_of_a_task_that_outlives_its_call_belongs_to_no_span() {
    let spans = recorded(|| {
        info_span!("around").in_scope(|| {
            let context = call(glyph_runtime::context::Context::current);
            context.in_scope(|| info!("late"));
            info!("of the span around");
        });
    });
    assert!(named(&spans, "call").events.is_empty());
    let events = &named(&spans, "around").events.events;
    assert_eq!(events.len(), 1, "{events:?}");
}

#[test]
fn event_of_a_call_that_is_not_sampled_belongs_to_no_span() {
    let mut settings = settings(StageSpans::Records);
    // Not asked for its parents: only the first span is sampled.
    settings.sampler = Sampler::RateLimited(1);
    let spans = exported_with(&settings, || {
        info_span!("around").in_scope(|| call(|| info!("of the call")));
    });
    let [span] = &*spans else { panic!("{spans:?}") };
    assert_eq!(span.name, "around");
    assert!(span.events.is_empty(), "{:?}", span.events);
}

#[test]
fn attributes_beyond_the_limit_by_default_are_counted() {
    let spans = recorded(|| {
        call(|| {
            let context = Context::current();
            for number in 0..1000 {
                let attribute = KeyValue::new(format!("set.{number}"), number);
                context.span().set_attribute(attribute);
            }
        });
    });
    let [span] = &*spans else { panic!("{spans:?}") };
    assert_eq!(span.attributes.len(), 128);
    assert_eq!(span.dropped_attributes_count, 1000 + 2 - 128);
}

#[test]
fn current_span_of_tracing_is_that_around_the_call() {
    fn helper() -> Option<tracing::Id> {
        Span::current().id()
    }
    let spans = recorded(|| {
        assert_eq!(call(helper), None);
        info_span!("around").in_scope(|| assert_eq!(call(helper), helper()));
    });
    assert_eq!(spans.len(), 3);
}

/// Whether a helper that a stage calls sees a span of `tracing` of the stage.
fn is_a_span(name: &str) -> bool {
    let current = Span::current();
    current.metadata().is_some_and(|known| known.name() == name)
}

#[test]
fn stage_with_a_parent_is_a_record() {
    #[instrument_stage(stage::stt, labels(test = "added"), name = "below", parent = parent)]
    fn below<P: IntoParent>(parent: P) {
        assert!(!is_a_span("below"));
    }
    let spans = recorded(|| {
        let parent = info_span!("parent");
        info_span!("around").in_scope(|| {
            below(&parent);
            below(parent.id());
            below(None);
        });
    });
    let parent = named(&spans, "parent").span_context.span_id();
    let below = spans.iter().filter(|span| span.name == "below");
    let parents: Vec<_> = below.map(|span| span.parent_span_id).collect();
    assert_eq!(parents, [parent, parent, SpanId::INVALID]);
}

#[test]
fn parent_that_a_call_alone_keeps_ends_after_it() {
    #[instrument_stage(stage::stt, labels(test = "added"), name = "below", parent = parent)]
    fn below(parent: Span) {}

    for stages in [StageSpans::Tracing, StageSpans::Records] {
        let spans = exported(stages, || below(info_span!("parent")));
        let (below, parent) = (named(&spans, "below"), named(&spans, "parent"));
        assert_eq!(below.parent_span_id, parent.span_context.span_id());
        assert!(below.end_time <= parent.end_time, "{spans:?}");
    }
}

#[test]
fn stage_whose_body_records_a_field_by_its_handle_is_a_record() {
    #[instrument_stage(stage::stt, labels(test = "added"), name = "late", fields(user = _))]
    fn late() {
        glyph_runtime::stage::current().record("user", "ada");
        assert!(!is_a_span("late"));
    }
    #[instrument_stage(stage::stt, labels(test = "added"), name = "helped", fields(user = _))]
    fn helped() {
        helper();
    }
    fn helper() {
        assert!(is_a_span("helped"));
        Span::current().record("user", "ada");
    }
    let spans = recorded(|| {
        late();
        helped();
    });
    for span in &spans {
        assert_eq!(value(&span.attributes, "user"), Some("ada".into()));
    }
    assert_eq!(spans.len(), 2);
}

#[test]
fn details_are_there_if_asked() {
    let mut detailed = settings(StageSpans::Records);
    detailed.details.source_location = true;
    detailed.details.thread = true;
    detailed.details.target = true;
    let attributes = |settings: &TraceSettings| {
        let spans = exported_with(settings, || call(|| info!("in the call")));
        let [span] = &*spans else { panic!("{spans:?}") };
        let names = |attributes: &[KeyValue]| names(attributes).join(" ");
        (names(&span.attributes), names(&span.events[0].attributes))
    };
    let records = attributes(&detailed);
    detailed.stages = StageSpans::Tracing;
    assert_eq!(records, attributes(&detailed));
    detailed.stages = StageSpans::Records;
    detailed.details.busy_and_idle = true;
    assert!(attributes(&detailed).0.contains("busy_ns"));
}
