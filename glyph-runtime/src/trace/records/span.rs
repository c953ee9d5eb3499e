//! The span of a call, while the call runs.

use std::{mem::replace, ops::Range, sync::Arc};

use glyph_core::__runtime::{Annotate, Moment, SpanCallsite, TracedSpan, TypeName, Values};
use opentelemetry::{
    Context, SpanId,
    trace::{SpanContext, TraceContextExt},
};

use super::{
    buffer::{Buffer, EndedSpan, Ids, OpenSlot, ThreadBuffer},
    context_span::{Addable, Additions, ContextSpan},
    local::{self, Begun},
    recorder::{Decided, Recorder},
};
use crate::{
    Exemplar,
    context::trace_context::{Annotated, function_name, kept},
};

/// The span of a call. Its memory is used for one call after the other.
#[derive(Debug)]
pub(super) struct RecordSpan {
    pub(super) recorder: Arc<Recorder>,
    /// The buffer of the thread that began the call.
    buffer: Arc<ThreadBuffer>,
    open: Option<OpenSlot>,
    addable: Arc<Addable>,
    ids: Ids,
    /// The callsite, until the call has ended.
    callsite: Option<&'static SpanCallsite>,
    parent: SpanId,
    parent_is_remote: bool,
    is_recording: bool,
    begun: Begun,
    /// The context in which the call runs. `None` once it was entered for the last time.
    context: Option<Context>,
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
            ids: Ids::NONE,
            callsite: None,
            parent: SpanId::INVALID,
            parent_is_remote: false,
            is_recording: false,
            begun,
            context: None,
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

    /// Begins a call in `context`.
    #[inline]
    pub(super) fn begin(
        &mut self,
        callsite: &'static SpanCallsite,
        decided: Decided,
        context: &Context,
    ) {
        let Decided {
            context: ids,
            parent,
            parent_is_remote,
            is_recording,
        } = decided;
        self.callsite = Some(callsite);
        self.parent = parent;
        self.parent_is_remote = parent_is_remote;
        self.is_recording = is_recording;
        self.ids = Ids::of(&ids);
        if is_recording {
            self.open = self.buffer.starts(callsite);
            self.recorder.describe_start(&self.addable);
        }
        self.context = Some(context.with_span(self.context_span(ids)));
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
        values: Option<&Values>,
    ) {
        let values = values.map_or(0..0, |values| buffer.values.push(values));
        let additions = buffer.count(self.take_additions());
        buffer
            .spans
            .push(self.ended(callsite, ended, additions, values));
    }

    #[inline]
    fn ended(
        &mut self,
        callsite: &'static SpanCallsite,
        ended: Moment,
        additions: Option<Box<Additions>>,
        values: Range<u32>,
    ) -> EndedSpan {
        EndedSpan {
            callsite,
            ids: self.ids.take(),
            parent: self.parent,
            parent_is_remote: self.parent_is_remote,
            start: self.begun.time,
            nanoseconds: ended.process_nanoseconds_since(self.begun.moment),
            additions,
            values,
        }
    }

    #[inline]
    fn take_additions(&mut self) -> Option<Box<Additions>> {
        match Arc::get_mut(&mut self.addable) {
            Some(addable) => addable.renew(),
            None => self.leave_additions(),
        }
    }

    /// Takes the additions of a call whose context outlives it.
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
    fn is_recording(&self) -> bool {
        self.is_recording
    }

    fn exemplar(&self) -> Option<Exemplar> {
        self.ids.exemplar()
    }

    fn enter(&mut self, once: bool) -> bool {
        let context = if once {
            self.context.take()
        } else {
            self.context.clone()
        };
        context.is_some_and(kept::enter)
    }

    fn leave(&self) {
        kept::leave();
    }

    fn set_function(&mut self, of: Option<TypeName>) {
        if self.recorder.details.source_location
            && self.is_recording
            && let Some(callsite) = self.callsite
        {
            self.addable.add_attribute(function_name(callsite, of));
        }
    }

    fn annotated(&self) -> Box<dyn Annotate> {
        let context = self.context.clone();
        Box::new(Annotated(context.unwrap_or_else(|| self.further_context())))
    }

    fn end(mut self: Box<Self>, ended: Moment, values: Option<&Values>) {
        // First, because values of the context may be dropped with it, which can run any code.
        drop(self.context.take());
        if let Some(open) = self.open.take() {
            self.buffer.forget(open);
        }
        match self.callsite.take() {
            Some(callsite) if self.is_recording => local::end(self, callsite, ended, values),
            _ => local::keep(self),
        }
    }
}
