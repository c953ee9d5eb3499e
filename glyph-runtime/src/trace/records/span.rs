//! The span of a call, while the call runs.

use std::{
    iter,
    mem::{replace, take},
    sync::Arc,
};

use glyph_core::__runtime::{
    Annotate, BegunSpan, Moment, SpanCallsite, SpanRecord, TracedSpan, TypeName,
};
use opentelemetry::{
    Context, SpanId,
    trace::{Span, SpanContext, TraceContextExt},
};

use super::{
    buffer::{Buffer, EndedSpan, Ids, OpenSlot, ThreadBuffer},
    context_span::{Addable, Additions, ContextSpan},
    local::{self, Begun},
    recorder::Recorder,
};
use crate::context::trace_context::{Annotated, function_name, kept};

/// The span of a call. Its memory is used for one call after the other.
#[derive(Debug)]
pub(super) struct RecordSpan {
    pub(super) recorder: Arc<Recorder>,
    /// The buffer of the thread that began the call.
    buffer: Arc<ThreadBuffer>,
    open: Option<OpenSlot>,
    addable: Arc<Addable>,
    pub(super) record: SpanRecord,
    ids: Ids,
    /// The callsite, until the call has ended.
    callsite: Option<&'static SpanCallsite>,
    parent: SpanId,
    parent_is_remote: bool,
    is_recording: bool,
    begun: Begun,
    /// The context in which the call runs. Empty once it was entered for the last time.
    context: Context,
}

impl RecordSpan {
    pub(super) fn new(
        recorder: &Arc<Recorder>,
        buffer: &Arc<ThreadBuffer>,
        begun: Begun,
    ) -> Box<Self> {
        Box::new(Self {
            recorder: Arc::clone(recorder),
            buffer: Arc::clone(buffer),
            open: None,
            addable: recorder.addable(),
            record: SpanRecord::default(),
            ids: Ids::NONE,
            callsite: None,
            parent: SpanId::INVALID,
            parent_is_remote: false,
            is_recording: false,
            begun,
            context: Context::default(),
        })
    }

    /// Prepares it for a call that has begun on the thread with this buffer.
    pub(super) fn renew(&mut self, buffer: &Arc<ThreadBuffer>, begun: Begun) {
        if !Arc::ptr_eq(&self.buffer, buffer) {
            self.buffer = Arc::clone(buffer);
        }
        self.begun = begun;
    }

    /// When the call has begun.
    pub(super) const fn begun_at(&self) -> Moment {
        self.begun.moment
    }

    /// [`begin`](Self::begin) for a call whose sampler was asked.
    pub(super) fn begin_asked(
        &mut self,
        callsite: &'static SpanCallsite,
        ids: SpanContext,
        is_recording: bool,
        parent: &SpanContext,
        context: &Context,
    ) {
        self.begin(callsite, ids, is_recording, parent, context);
    }

    /// Begins a call in `context`, whose span is `parent`.
    #[expect(
        clippy::inline_always,
        reason = "ids are moved once less, and the compiler finds it too long"
    )]
    #[inline(always)]
    pub(super) fn begin(
        &mut self,
        callsite: &'static SpanCallsite,
        ids: SpanContext,
        is_recording: bool,
        parent: &SpanContext,
        context: &Context,
    ) {
        self.callsite = Some(callsite);
        self.parent = parent.span_id();
        self.parent_is_remote = parent.is_remote();
        self.is_recording = is_recording;
        let addable = is_recording.then(|| Arc::clone(&self.addable));
        let span = ContextSpan::new(ids, self.recorder.key(), addable);
        self.ids.set(span.span_context());
        if is_recording {
            self.open = self.buffer.starts(callsite);
            self.recorder.describe_start(&self.addable);
        }
        self.context = context.with_span(span);
    }

    /// A call that is not recorded has a span as well, so that events in it belong to no other.
    #[inline]
    fn context_span(&self, ids: SpanContext) -> ContextSpan {
        let addable = self.is_recording.then(|| Arc::clone(&self.addable));
        ContextSpan::new(ids, self.recorder.key(), addable)
    }

    /// Returns another context with the span of the call, whose own one the thread has.
    #[cold]
    fn further_context(&self) -> Context {
        Context::new().with_span(self.context_span(self.ids.context()))
    }

    /// Puts the call, which has ended at this moment, into a buffer.
    #[inline]
    pub(super) fn end_into(
        &mut self,
        buffer: &mut Buffer,
        callsite: &'static SpanCallsite,
        ended: Moment,
    ) {
        let nanoseconds = ended.process_nanoseconds_since(self.begun.moment);
        let values = buffer.values.push(self.record.values());
        let additions = buffer.count(self.take_additions());
        // Written where it stays: a processor waits for its own stores when it copies at once what was
        // written in smaller pieces.
        buffer.spans.extend(iter::once_with(|| EndedSpan {
            callsite,
            ids: self.ids.take(),
            parent: self.parent,
            parent_is_remote: self.parent_is_remote,
            start: self.begun.unix_nanoseconds,
            nanoseconds,
            additions,
            values,
        }));
    }

    #[inline]
    fn take_additions(&mut self) -> Option<Box<Additions>> {
        if Addable::is_unused(&self.addable) {
            None
        } else {
            self.leave_additions()
        }
    }

    /// Takes the additions of a call. Its context may outlive it.
    #[cold]
    fn leave_additions(&mut self) -> Option<Box<Additions>> {
        replace(&mut self.addable, self.recorder.addable()).end()
    }
}

/// A span that has not ended has not begun either: another one takes its place.
impl Drop for RecordSpan {
    fn drop(&mut self) {
        if self.callsite.is_some() && self.is_recording {
            self.buffer.start_is_undone();
            if let Some(open) = self.open.take() {
                self.buffer.forget(open);
            }
        }
    }
}

impl TracedSpan for RecordSpan {
    fn record(&self) -> &SpanRecord {
        &self.record
    }

    fn record_mut(&mut self) -> &mut SpanRecord {
        &mut self.record
    }

    fn describe(&self, begun: &mut BegunSpan) {
        begun.exemplar = self.ids.exemplar();
        begun.is_recording = self.is_recording;
        begun.has_function = self.is_recording && self.recorder.details.source_location;
    }

    #[inline]
    fn begun_at(&self) -> Option<Moment> {
        Some(self.begun.moment)
    }

    fn enter(&mut self, once: bool) -> bool {
        let context = if once {
            take(&mut self.context)
        } else {
            self.context.clone()
        };
        context.has_active_span() && kept::enter(context)
    }

    fn leave(&self) {
        kept::leave();
    }

    fn set_function(&mut self, of: Option<TypeName>) {
        if let Some(callsite) = self.callsite {
            self.addable.add_attribute(function_name(callsite, of));
        }
    }

    fn annotated(&self) -> Box<dyn Annotate> {
        Box::new(Annotated(if self.context.has_active_span() {
            self.context.clone()
        } else {
            self.further_context()
        }))
    }

    fn end(mut self: Box<Self>, ended: Moment, is_entered: bool) {
        if is_entered {
            kept::leave();
        }
        // First, because values of the context may be dropped with it, which can run any code.
        drop(take(&mut self.context));
        self.record.release();
        if let Some(open) = self.open.take() {
            self.buffer.forget(open);
        }
        match self.callsite.take() {
            Some(callsite) if self.is_recording => local::end(self, callsite, ended),
            _ => local::keep(self),
        }
    }
}
