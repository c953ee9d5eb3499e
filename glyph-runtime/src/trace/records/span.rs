//! The span of a call, while the call runs.

use std::{
    mem::{replace, take},
    sync::Arc,
};

use glyph_core::__runtime::{Annotate, Moment, SpanCallsite, TracedSpan, TypeName, Values};
use opentelemetry::{Context, SpanId, trace::TraceContextExt};

use super::{
    buffer::{EndedSpan, Ids, OpenSlot, ThreadBuffer},
    context_span::{Addable, Additions, ContextSpan},
    local::{self, Begun},
    recorder::{Decided, Recorder},
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
    ids: Ids,
    /// The callsite, until the call has ended.
    callsite: Option<&'static SpanCallsite>,
    parent: SpanId,
    parent_is_remote: bool,
    is_recording: bool,
    begun: Begun,
    /// The context in which the call runs.
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
            ids: Ids::NONE,
            callsite: None,
            parent: SpanId::INVALID,
            parent_is_remote: false,
            is_recording: false,
            begun,
            context: Context::new(),
        })
    }

    /// Prepares it for a call that has begun on the thread with this buffer.
    pub(super) fn renew(&mut self, buffer: &Arc<ThreadBuffer>, begun: Begun) {
        if !Arc::ptr_eq(&self.buffer, buffer) {
            self.buffer = Arc::clone(buffer);
        }
        self.begun = begun;
    }

    /// Begins a call in `context`.
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
        let addable = is_recording.then(|| {
            self.open = self.buffer.starts(callsite);
            self.recorder.describe_start(&self.addable);
            Arc::clone(&self.addable)
        });
        // A call that is not recorded has a span as well, so that events in it belong to no other.
        let span = ContextSpan::new(ids, self.recorder.key(), addable);
        self.context = context.with_span(span);
    }

    /// Returns the call, which has ended.
    pub(super) fn ended(&mut self, callsite: &'static SpanCallsite) -> EndedSpan {
        EndedSpan {
            callsite,
            ids: replace(&mut self.ids, Ids::NONE),
            parent: self.parent,
            parent_is_remote: self.parent_is_remote,
            start: self.begun.time,
            nanoseconds: Moment::now().process_nanoseconds_since(self.begun.moment),
            additions: self.take_additions(),
            values: 0..0,
        }
    }

    fn take_additions(&mut self) -> Option<Box<Additions>> {
        if let Some(addable) = Arc::get_mut(&mut self.addable) {
            return addable.renew();
        }
        // A context outlives the call.
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

    fn enter(&self) -> bool {
        kept::enter(&self.context)
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
        Box::new(Annotated(self.context.clone()))
    }

    fn end(mut self: Box<Self>, values: Option<&Values>) {
        // First, because values of the context may be dropped with it, which can run any code.
        drop(take(&mut self.context));
        if let Some(open) = self.open.take() {
            self.buffer.forget(open);
        }
        let callsite = self.callsite.take();
        match callsite.filter(|_| self.is_recording) {
            Some(callsite) => local::end(self, callsite, values),
            None => local::keep(self),
        }
    }
}
