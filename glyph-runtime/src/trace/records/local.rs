//! What a thread keeps for the calls of a pipeline.

use std::{cell::RefCell, ptr, sync::Arc};

use glyph_core::__runtime::{Moment, SpanCallsite};

use super::{
    buffer::{Buffer, NotKept, ThreadBuffer},
    recorder::Recorder,
    span::RecordSpan,
    start_clock::StartClock,
};

/// The most unused spans that a thread keeps.
const MOST_UNUSED: usize = 64;

/// The buffer of a thread, and unused spans. A thread that works for two pipelines by turns gets a
/// new one each time.
#[derive(Debug)]
pub(super) struct Local {
    recorder: Arc<Recorder>,
    buffer: Arc<ThreadBuffer>,
    #[expect(clippy::vec_box, reason = "a span moves between here and its call")]
    unused: Vec<Box<RecordSpan>>,
    clock: StartClock,
}

thread_local! {
    static LOCAL: RefCell<Option<Local>> = const { RefCell::new(None) };
}

/// When a call has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    pub(super) moment: Moment,
    /// The system time, in nanoseconds since the Unix epoch.
    pub(super) unix_nanoseconds: u64,
}

/// Returns a span for a call that begins now. `None` if the thread is ending.
#[inline]
pub(super) fn begin(recorder: &Recorder) -> Option<Box<RecordSpan>> {
    begin_here(recorder).or_else(|| {
        replace(recorder)?;
        begin_here(recorder)
    })
}

/// [`begin`] on a thread that works for this pipeline.
#[inline]
fn begin_here(recorder: &Recorder) -> Option<Box<RecordSpan>> {
    let begun = LOCAL.try_with(|local| {
        let mut local = local.try_borrow_mut().ok()?;
        let local = local.as_mut()?;
        ptr::eq(&raw const *local.recorder, recorder).then(|| local.begin())
    });
    begun.ok().flatten()
}

/// Has the thread work for this pipeline from now on.
#[cold]
fn replace(recorder: &Recorder) -> Option<()> {
    let local = Local::new(recorder.this.upgrade()?);
    let replaced = LOCAL.try_with(|kept| Some(kept.try_borrow_mut().ok()?.replace(local)));
    // Dropped without the borrow.
    replaced.ok().flatten().map(drop)
}

impl Local {
    fn new(recorder: Arc<Recorder>) -> Self {
        Self {
            buffer: recorder.collector.new_buffer(),
            recorder,
            unused: Vec::new(),
            clock: StartClock::default(),
        }
    }

    #[inline]
    fn begin(&mut self) -> Box<RecordSpan> {
        let moment = Moment::now();
        let unix_nanoseconds = self.clock.time_of(moment);
        let begun = Begun {
            moment,
            unix_nanoseconds,
        };
        match self.unused.pop() {
            Some(mut span) => {
                span.renew(&self.buffer, begun);
                span
            }
            None => RecordSpan::new(&self.recorder, &self.buffer, begun),
        }
    }

    /// Keeps a span for another call.
    #[inline]
    fn keep(&mut self, mut span: Box<RecordSpan>) {
        span.record.clear();
        if self.unused.len() < MOST_UNUSED {
            self.unused.push(span);
        }
    }
}

/// A call that has ended.
#[derive(Clone, Copy)]
struct End {
    callsite: &'static SpanCallsite,
    at: Moment,
}

/// Ends a call, and keeps its span for another one.
pub(super) fn end(span: Box<RecordSpan>, callsite: &'static SpanCallsite, at: Moment) {
    let end = End { callsite, at };
    let mut span = Some(span);
    let not_kept = with_local(&mut span, |local, mut span| {
        let push = |buffer: &mut Buffer| span.end_into(buffer, callsite, at);
        let not_kept = local.buffer.push(push, &local.recorder.collector);
        if not_kept.is_none() {
            local.keep(span);
            return None;
        }
        not_kept.map(|not_kept| (span, not_kept))
    });
    if let Some((mut span, not_kept)) = not_kept {
        end.not_kept(&mut span, *not_kept);
    } else if let Some(span) = &mut span {
        end.elsewhere(span);
    }
}

impl End {
    /// Ends a call that its thread does not keep.
    #[cold]
    fn not_kept(self, span: &mut RecordSpan, not_kept: NotKept) {
        match not_kept {
            NotKept::NotTaken(buffer, reason) => {
                let to = &span.recorder;
                to.collector.pass_by(buffer, reason, &to.routes);
            }
            NotKept::Closed => self.elsewhere(span),
        }
    }

    /// Ends a call on a thread that is ending, works for another pipeline or keeps no calls any more.
    #[cold]
    fn elsewhere(self, span: &mut RecordSpan) {
        let mut buffer = Buffer::default();
        span.end_into(&mut buffer, self.callsite, self.at);
        let to = &span.recorder;
        to.collector.end_at_once(&to.routes, buffer);
    }
}

/// Keeps a span whose call was not recorded.
pub(super) fn keep(span: Box<RecordSpan>) {
    with_local(&mut Some(span), |local, span| {
        local.keep(span);
        Some(())
    });
}

/// Passes a span, and what the thread keeps for its pipeline, to `work`. The span stays if the
/// thread keeps nothing for that.
#[inline]
fn with_local<T>(
    span: &mut Option<Box<RecordSpan>>,
    work: impl FnOnce(&mut Local, Box<RecordSpan>) -> Option<T>,
) -> Option<T> {
    let result = LOCAL.try_with(|local| {
        let mut local = local.try_borrow_mut().ok()?;
        let local = local.as_mut()?;
        let span = span.take_if(|span| Arc::ptr_eq(&span.recorder, &local.recorder))?;
        work(local, span)
    });
    result.ok().flatten()
}
