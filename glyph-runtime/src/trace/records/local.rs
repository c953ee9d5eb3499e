//! What a thread keeps for the calls of a pipeline.

use std::{cell::RefCell, ptr, sync::Arc, time::SystemTime};

use glyph_core::__runtime::{Moment, SpanCallsite, Values};

use super::{
    buffer::{Buffer, EndedSpan, Pushed, ThreadBuffer},
    collector::NotTaken,
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
    pub(super) time: SystemTime,
}

/// Returns a span for a call that begins now. `None` if the thread is ending.
pub(super) fn begin(recorder: &Recorder) -> Option<(Box<RecordSpan>, Begun)> {
    let mut replaced = None;
    let begun = LOCAL.try_with(|local| {
        let mut local = local.try_borrow_mut().ok()?;
        let is_other = |local: &Local| !ptr::eq(&raw const *local.recorder, recorder);
        if local.as_ref().is_none_or(is_other) {
            replaced = local.replace(Local::new(recorder.this.upgrade()?));
        }
        local.as_mut().map(Local::begin)
    });
    // Dropped without the borrow.
    drop(replaced);
    begun.ok().flatten()
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

    fn begin(&mut self) -> (Box<RecordSpan>, Begun) {
        let moment = Moment::now();
        let time = self.clock.time_of(moment);
        let begun = Begun { moment, time };
        match self.unused.pop() {
            Some(mut span) => {
                span.renew(&self.buffer, begun);
                (span, begun)
            }
            None => (RecordSpan::new(&self.recorder, &self.buffer, begun), begun),
        }
    }

    /// Keeps a span for another call.
    fn keep(&mut self, span: Box<RecordSpan>) {
        if self.unused.len() < MOST_UNUSED {
            self.unused.push(span);
        }
    }
}

/// What is left to do for a call that has ended.
enum Rest {
    PassBy(Buffer, NotTaken, Arc<Recorder>),
    EndAtOnce(EndedSpan, Arc<Recorder>),
}

/// Ends a call, and keeps its span for another one.
pub(super) fn end(span: Box<RecordSpan>, callsite: &'static SpanCallsite, values: Option<&Values>) {
    let mut span = Some(span);
    let rest = with_local(&mut span, |local, mut span| {
        let pushed = {
            let collector = &local.recorder.collector;
            local
                .buffer
                .push(|| span.ended(callsite), values, collector)
        };
        local.keep(span);
        let recorder = || Arc::clone(&local.recorder);
        match pushed {
            Pushed::Kept => None,
            Pushed::NotTaken(buffer, reason) => Some(Rest::PassBy(buffer, reason, recorder())),
            Pushed::Closed(ended) => Some(Rest::EndAtOnce(ended, recorder())),
        }
    });
    // The thread is ending, or works for another pipeline.
    let foreign = span.map(|mut span| {
        let recorder = Arc::clone(&span.recorder);
        Rest::EndAtOnce(span.ended(callsite), recorder)
    });
    match rest.or(foreign) {
        Some(Rest::PassBy(buffer, reason, to)) => {
            to.collector.pass_by(buffer, reason, &to.routes);
        }
        Some(Rest::EndAtOnce(ended, to)) => to.end_at_once(ended, values),
        None => {}
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
