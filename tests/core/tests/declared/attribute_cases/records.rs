//! Stages whose spans are records, without a runtime.
//!
//! The record of a stage gets a span in the subscriber of the test when it ends, so that a test sees
//! what it sees of a span of `tracing`.

use std::{any::Any, borrow::Cow, env, process::Command};

use glyph_core::{
    __runtime::{
        self, Annotate, BegunSpan, Below, EachAttribute, KeptContext, Moment, Parent, ParentSpan,
        ParentSpanId, RecordedValue, SpanCallsite, SpanKey, SpanParent, SpanRecord, TracedSpan,
        Traces, TypeName,
    },
    Exemplar,
    metric::CurrentTrace,
};
use tracing::{Dispatch, Span, span::Id};

/// The environment variable of a process whose stages are records.
const RECORDS: &str = "GLYPH_TEST_RECORDS";

/// Makes the stages of this process records, if it is to have them. Call it before any stage.
pub(crate) fn connect() {
    if env::var_os(RECORDS).is_some() {
        __runtime::export_records();
        __runtime::connect(&Recorder);
    }
}

/// Runs the tests whose paths contain `filter` once more, with records.
#[track_caller]
pub(crate) fn again_with_records(filter: &str) {
    if env::var_os(RECORDS).is_some() {
        return;
    }
    let mut command = Command::new(env::current_exe().unwrap());
    let ended = command.env(RECORDS, "1").arg(filter).output().unwrap();
    let output = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "with records: {output}");
    assert!(!output.contains(" 0 passed"), "no test is run: {output}");
}

/// Exports each stage that the code permits to be a record.
#[derive(Debug)]
struct Recorder;

impl CurrentTrace for Recorder {
    fn exemplar(&self) -> Option<Exemplar> {
        None
    }
}

impl Traces for Recorder {
    fn start_below(
        &self,
        recordable: Option<&'static SpanCallsite>,
        below: &mut Below,
    ) -> Option<Box<dyn TracedSpan>> {
        *below = Below::Span(ParentSpan {
            id: ParentSpanId::NONE,
            is_unsampled: false,
        });
        recordable.and_then(|callsite| self.start(callsite, &Parent::Current))
    }

    fn current_span(&self) -> ParentSpanId {
        ParentSpanId::NONE
    }

    fn context(&self) -> Option<Box<dyn KeptContext>> {
        None
    }

    fn exemplar_of(&self, _: &SpanParent) -> Option<Exemplar> {
        None
    }

    fn link(&self, _: &Span, _: Exemplar) {}

    fn link_to_span(&self, span: &Span, to: &Span) {
        if span.id() != to.id() {
            span.follows_from(to);
        }
    }

    fn annotated(&self, _: &Dispatch, _: &Id) -> Option<Box<dyn Annotate>> {
        None
    }

    fn is_open(&self, _: &Id) -> bool {
        true
    }

    fn is_of_current_subscriber(&self, _: &Span) -> bool {
        true
    }

    fn exports_records(&self, _: &'static SpanCallsite) -> bool {
        true
    }

    fn start(
        &self,
        callsite: &'static SpanCallsite,
        parent: &Parent,
    ) -> Option<Box<dyn TracedSpan>> {
        let metadata = callsite.metadata();
        let nothing = vec![None; metadata.fields().len()];
        let nothing = metadata.fields().value_set_all(&nothing);
        let span = match parent {
            Parent::Current => Span::new(metadata, &nothing),
            Parent::Root => Span::new_root(metadata, &nothing),
            Parent::Id(id) => Span::child_of(id.clone(), metadata, &nothing),
            Parent::Span(span) => Span::child_of(span, metadata, &nothing),
        };
        Some(Box::new(RecordedCall {
            span: Recorded(span),
            record: SpanRecord::default(),
        }))
    }

    fn key_of(&self, _: &Parent) -> Option<SpanKey> {
        None
    }

    fn continue_trace(&self, _: &Span, _: &Span) {}
}

/// The span of a record in the subscriber of the test.
#[derive(Clone, Debug)]
struct Recorded(Span);

#[derive(Debug)]
struct RecordedCall {
    span: Recorded,
    record: SpanRecord,
}

impl TracedSpan for RecordedCall {
    fn record(&self) -> &SpanRecord {
        &self.record
    }

    fn record_mut(&mut self) -> &mut SpanRecord {
        &mut self.record
    }

    fn begun_at(&self) -> Option<Moment> {
        None
    }

    fn describe(&self, begun: &mut BegunSpan) {
        begun.is_recording = true;
    }

    fn enter(&mut self, _: bool) -> bool {
        let span = &self.span.0;
        span.with_subscriber(|(id, dispatch)| dispatch.enter(id));
        true
    }

    fn leave(&self) {
        let span = &self.span.0;
        span.with_subscriber(|(id, dispatch)| dispatch.exit(id));
    }

    fn set_function(&mut self, _: Option<TypeName>) {}

    fn annotated(&self) -> Box<dyn Annotate> {
        Box::new(self.span.clone())
    }

    fn end(self: Box<Self>, _: Moment, is_entered: bool) {
        if is_entered {
            self.leave();
        }
        self.record.values().each(&mut |name, value| {
            let span = &self.span.0;
            match value {
                RecordedValue::Bool(value) => span.record(name, value),
                RecordedValue::F64(value) => span.record(name, value),
                RecordedValue::I64(value) => span.record(name, value),
                RecordedValue::U64(value) => span.record(name, value),
                RecordedValue::Str(value) | RecordedValue::Static(value) => {
                    span.record(name, value)
                }
            };
        });
    }
}

impl Annotate for Recorded {
    fn set_attribute(&self, _: Cow<'static, str>, _: RecordedValue<'_>) {}

    fn add_event(&self, _: Cow<'static, str>, _: &EachAttribute<'_>) {}

    fn link(&self, _: Exemplar) {}

    fn link_to_span(&self, to: &Span) {
        self.0.follows_from(to);
    }

    fn link_to_remote(&self, _: &dyn Any) {}

    fn link_to_id(&self, to: &Id) {
        self.0.follows_from(to.clone());
    }

    fn exemplar(&self) -> Option<Exemplar> {
        None
    }
}
