//! The layer that makes spans of `tracing` spans of a pipeline.
//!
//! It is the layer of `tracing-opentelemetry` between two others. The first one leaves notes for the
//! tracer and its spans, which are called on the same thread: the callsite of a span that is created,
//! and whether an event or a field is being recorded. The last one removes them.

mod callsites;
mod integers;
mod log_fields;
mod notes;
mod table;
mod tracer;

use std::sync::{Arc, OnceLock};

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{
    Dispatch, Event, Level, Subscriber,
    dispatcher::WeakDispatch,
    span::{Attributes, Id, Record},
};
use tracing_opentelemetry::get_otel_context;
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use super::{
    SpanDetails, edge_lines,
    records::{self, Recorder},
};
use crate::{
    context::{
        current_context,
        thread_marks::ThreadMarks,
        trace_context::stage_recorder::{RecorderLayer, StageRecorder},
    },
    otlp::instrumentation::ScopeNames,
};
use integers::Integers;
use log_fields::CallsiteKey;
use tracer::SpanTracer;

/// The layer of a pipeline, for a subscriber of any type.
#[derive(Clone, Debug)]
pub(crate) struct SpanLayer {
    pub(super) provider: SdkTracerProvider,
    pub(super) details: SpanDetails,
    pub(super) names: ScopeNames,
    /// Records the stages, if they have no spans of `tracing`'s.
    pub(super) recorder: Option<Arc<Recorder>>,
}

impl SpanLayer {
    /// Returns the layer for a subscriber of this type.
    pub(crate) fn on<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let details = self.details;
        let spans = tracing_opentelemetry::layer()
            .with_tracer(SpanTracer::new(self))
            .with_location(details.source_location)
            .with_threads(details.thread)
            .with_target(details.target)
            .with_tracked_inactivity(details.busy_and_idle)
            .with_error_events_to_status(false)
            .with_error_records_to_exceptions(false);
        let recorder = self.recorder.clone();
        let notes = NotesBefore {
            recorder: recorder.clone(),
            ..NotesBefore::default()
        };
        let recorder = recorder.map(|recorder| -> Arc<dyn StageRecorder> { recorder });
        RecorderLayer(recorder)
            .and_then(notes)
            .and_then(spans)
            .and_then(NotesAfter)
            .and_then(ThreadMarks)
    }
}

/// Leaves notes for the tracer and its spans.
#[derive(Debug, Default)]
struct NotesBefore {
    dispatch: OnceLock<WeakDispatch>,
    recorder: Option<Arc<Recorder>>,
}

/// Removes the notes about an event or a field.
#[derive(Debug)]
struct NotesAfter;

impl NotesBefore {
    /// Starts a span that was never entered. Before that, an event at `ERROR` would change the
    /// status that the span starts with, and a started span rejects the change. Its tracer's spans
    /// add the fields that `tracing-opentelemetry` drops, once it has started.
    fn start(&self, span: &Id) {
        if let Some(dispatch) = self.dispatch.get().and_then(WeakDispatch::upgrade) {
            let _started = get_otel_context(span, &dispatch);
        }
    }
}

impl NotesBefore {
    /// Whether an event belongs to a record, and not to the span of `tracing`'s around it. Without
    /// such a span, the event is added here.
    fn is_of_record<S>(&self, event: &Event<'_>, context: &Context<'_, S>) -> bool
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let Some(recorder) = self.recorder.as_ref().filter(|_| event.is_contextual()) else {
            return false;
        };
        let current = current_context::current();
        let Some(is_recording) = records::is_current(recorder.key(), &current) else {
            return false;
        };
        if is_recording && context.lookup_current().is_none() {
            records::add_event(event, &current, self.recorder_details());
        }
        true
    }

    fn recorder_details(&self) -> SpanDetails {
        let recorder = self.recorder.as_ref();
        recorder.map_or_else(SpanDetails::default, |recorder| recorder.details)
    }
}

impl<S> Layer<S> for NotesBefore
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        let _registered_before = self.dispatch.set(dispatch.downgrade());
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let callsite = callsites::find(attributes.metadata());
        if let Some(callsite) = callsite {
            attributes.record(&mut Integers::of(callsite));
        }
        notes::set_new_span(callsite, attributes.fields().len());
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if Integers::are_in(|visitor| values.record(visitor))
            && let Some(metadata) = context.metadata(id)
            && let Some(callsite) = callsites::find(metadata)
        {
            values.record(&mut Integers::of(callsite));
        }
        notes::fields_start();
    }

    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        notes::span_entered();
    }

    fn on_exit(&self, _: &Id, _: Context<'_, S>) {
        notes::span_left();
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        if edge_lines::is_line_of_call(metadata) {
            return notes::event_starts(metadata, None, None, false);
        }
        let log_fields = CallsiteKey::of(event);
        if let Some(parent) = event.parent()
            && (*metadata.level() == Level::ERROR || log_fields.is_some())
            && context.span(parent).is_some()
        {
            self.start(parent);
        }
        let callsite = Integers::are_in(|visitor| event.record(visitor))
            .then(|| callsites::find(metadata))
            .flatten();
        if let Some(callsite) = callsite {
            event.record(&mut Integers::of(callsite));
        }
        let of_record = self.is_of_record(event, &context);
        if let Some(log_fields) = log_fields {
            log_fields.keep(event);
        }
        notes::event_starts(metadata, callsite, log_fields, of_record);
    }
}

impl<S: Subscriber> Layer<S> for NotesAfter {
    fn on_record(&self, _: &Id, _: &Record<'_>, _: Context<'_, S>) {
        notes::fields_end();
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        notes::event_ends();
        // An event that was added to no span.
        drop(CallsiteKey::of(event).map(CallsiteKey::take));
    }
}
