//! The decision whether a call is sampled, and the begin of its span.

use std::{
    fmt,
    ptr::from_ref,
    sync::{Arc, OnceLock, Weak, atomic::Ordering::Relaxed},
};

use glyph_core::__runtime::{SpanCallsite, TracedSpan, current_values};
use opentelemetry::{
    Context, KeyValue, SpanId,
    trace::{SpanContext, SpanKind, TraceContextExt, TraceFlags},
};
use opentelemetry_sdk::trace::{IdGenerator, SamplingDecision, ShouldSample};

use super::{
    collector::Collector, context_span::Addable, filter::CallsiteFilter, local, span::RecordSpan,
    thread_details,
};
use crate::{
    context::trace_context::stage_recorder::StageRecorder,
    export::is_export_thread,
    random::{self, RandomIds},
    trace::{SpanDetails, SpanLimits, processor::Routes, until_shutdown::UntilShutdown},
};

/// Records calls for a pipeline.
pub(in crate::trace) struct Recorder {
    pub(in crate::trace) this: Weak<Self>,
    pub(in crate::trace) routes: Arc<Routes>,
    pub(in crate::trace) collector: Arc<Collector>,
    pub(in crate::trace) sampler: UntilShutdown,
    /// Whether the sampler decides as the parent did, if there is one.
    pub(in crate::trace) follows_parent: bool,
    pub(in crate::trace) details: SpanDetails,
    pub(in crate::trace) limits: SpanLimits,
    /// The filter of the layer.
    pub(in crate::trace) filter: OnceLock<CallsiteFilter>,
}

impl StageRecorder for Recorder {
    #[inline]
    fn accepts(&self, callsite: &'static SpanCallsite) -> bool {
        let filter = self.filter.get();
        filter.is_none_or(|filter| filter.accepts(callsite))
    }

    fn start(
        &self,
        callsite: &'static SpanCallsite,
        context: &Context,
    ) -> Option<Box<dyn TracedSpan>> {
        if context.is_telemetry_suppressed() {
            return None;
        }
        let mut span = local::begin(self)?;
        self.begin(&mut span, callsite, context);
        Some(span)
    }

    fn start_accepted(
        &self,
        callsite: &'static SpanCallsite,
        context: &Context,
    ) -> Option<Box<dyn TracedSpan>> {
        if self.accepts(callsite) {
            self.start(callsite, context)
        } else {
            None
        }
    }
}

impl Recorder {
    /// Tells the pipelines of the process apart.
    pub(in crate::trace) fn key(&self) -> usize {
        from_ref(self).addr()
    }

    /// Returns what a span refers to for additions.
    pub(super) fn addable(&self) -> Arc<Addable> {
        Addable::new(self.limits)
    }

    /// Decides as a parent-based sampler does, if that is what the program has, and as the SDK otherwise.
    #[inline]
    fn begin(&self, span: &mut RecordSpan, callsite: &'static SpanCallsite, context: &Context) {
        let parent = context.span();
        let parent = parent.span_context();
        let id = random::span_id(span.begun_at());
        let inherits = self.follows_parent && parent.is_sampled() && parent.is_valid();
        if !inherits || self.routes.closed.load(Relaxed) || is_export_thread() {
            return self.ask(span, callsite, context, id);
        }
        let state = parent.trace_state().clone();
        let ids = SpanContext::new(parent.trace_id(), id, parent.trace_flags(), false, state);
        span.begin(callsite, ids, true, parent, context);
    }

    #[cold]
    #[inline(never)]
    fn ask(
        &self,
        span: &mut RecordSpan,
        callsite: &'static SpanCallsite,
        context: &Context,
        id: SpanId,
    ) {
        let around = context.span();
        let parent = Some(around.span_context()).filter(|parent| parent.is_valid());
        let trace = parent.map_or_else(|| RandomIds.new_trace_id(), SpanContext::trace_id);
        let name = callsite.metadata().name();
        let kind = SpanKind::Internal;
        let in_trace = parent.map(|_| context);
        let result = self
            .sampler
            .should_sample(in_trace, trace, name, &kind, &[], &[]);
        let is_sampled = result.decision == SamplingDecision::RecordAndSample;
        let flags = parent.map_or_else(TraceFlags::default, SpanContext::trace_flags);
        let flags = flags.with_sampled(is_sampled);
        let ids = SpanContext::new(trace, id, flags, false, result.trace_state);
        let is_recording = result.decision != SamplingDecision::Drop;
        let parent = parent.unwrap_or(&SpanContext::NONE);
        span.begin_asked(callsite, ids, is_recording, parent, context);
    }

    /// Adds what a span has from its begin on, other than its fields.
    pub(super) fn describe_start(&self, addable: &Addable) {
        current_values(&mut |name, value| {
            addable.add_attribute(KeyValue::new(name, value.to_owned()));
        });
        if self.details.thread {
            thread_details::add_to(addable);
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Recorder")
            .field("follows_parent", &self.follows_parent)
            .field("details", &self.details)
            .finish_non_exhaustive()
    }
}
