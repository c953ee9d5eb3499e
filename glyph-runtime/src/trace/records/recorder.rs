//! The decision whether a call is sampled, and the begin of its span.

use std::{
    fmt,
    ptr::from_ref,
    sync::{Arc, OnceLock, Weak, atomic::Ordering::Relaxed},
};

use glyph_core::__runtime::{Moment, SpanCallsite, TracedSpan, current_values};
use opentelemetry::{
    Context, KeyValue, SpanId,
    trace::{SpanContext, SpanKind, TraceContextExt, TraceFlags},
};
use opentelemetry_sdk::trace::{IdGenerator, SamplingDecision, ShouldSample};

use super::{
    collector::Collector, context_span::Addable, filter::CallsiteFilter, local, thread_details,
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

/// What is decided about a call.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) context: SpanContext,
    pub(super) parent: SpanId,
    pub(super) parent_is_remote: bool,
    pub(super) is_recording: bool,
}

impl StageRecorder for Recorder {
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
        let decided = self.decide(context, callsite, span.begun_at());
        span.begin(callsite, decided, context);
        Some(span)
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

    /// As a parent-based sampler does, if that is what the program has, and as the SDK otherwise.
    fn decide(&self, parent: &Context, callsite: &'static SpanCallsite, now: Moment) -> Decided {
        let around = parent.span();
        let around = around.span_context();
        let span = random::span_id(now);
        let inherits = self.follows_parent && around.is_sampled() && around.is_valid();
        if inherits && !self.routes.closed.load(Relaxed) && !is_export_thread() {
            return Decided {
                context: SpanContext::new(
                    around.trace_id(),
                    span,
                    around.trace_flags(),
                    false,
                    around.trace_state().clone(),
                ),
                parent: around.span_id(),
                parent_is_remote: around.is_remote(),
                is_recording: true,
            };
        }
        self.ask(parent, callsite, span)
    }

    #[cold]
    #[inline(never)]
    fn ask(&self, parent: &Context, callsite: &'static SpanCallsite, span: SpanId) -> Decided {
        let around = parent.span();
        let around = Some(around.span_context()).filter(|around| around.is_valid());
        let trace = around.map_or_else(|| RandomIds.new_trace_id(), SpanContext::trace_id);
        let name = callsite.metadata().name();
        let parent = around.map(|_| parent);
        let kind = SpanKind::Internal;
        let result = self
            .sampler
            .should_sample(parent, trace, name, &kind, &[], &[]);
        let is_sampled = result.decision == SamplingDecision::RecordAndSample;
        let flags = around.map_or_else(TraceFlags::default, SpanContext::trace_flags);
        Decided {
            context: SpanContext::new(
                trace,
                span,
                flags.with_sampled(is_sampled),
                false,
                result.trace_state,
            ),
            parent: around.map_or(SpanId::INVALID, SpanContext::span_id),
            parent_is_remote: around.is_some_and(SpanContext::is_remote),
            is_recording: result.decision != SamplingDecision::Drop,
        }
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
