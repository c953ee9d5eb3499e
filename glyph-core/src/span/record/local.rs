//! The records of a thread: those it is in, and unused ones.

use std::{cell::RefCell, iter, sync::Arc};

use tracing::Metadata;

use super::{
    super::{Annotate, TracedSpan, running::is_of_stage},
    Enclosing, SharedRecord, Values,
    entered::{self, Entered},
    span_record::{Parent, Record, Slot, SpanRecord},
};

/// The most unused records that a thread keeps.
const MOST_UNUSED: usize = 64;

/// A record that the thread is in.
#[derive(Debug)]
struct Frame {
    /// Empty only while it is left.
    slot: Slot,
    /// The order of the span of `tracing`'s in which it was entered.
    within: u64,
}

/// The records of a thread.
#[derive(Debug)]
pub(super) struct Thread {
    frames: Vec<Frame>,
    #[expect(clippy::vec_box, reason = "a record moves between here and its call")]
    unused: Vec<Box<SpanRecord>>,
    /// The last serial.
    serial: u64,
}

thread_local! {
    static THREAD: RefCell<Thread> = const {
        RefCell::new(Thread {
            frames: Vec::new(),
            unused: Vec::new(),
            serial: 0,
        })
    };
}

/// Passes the records of the thread to `work`. Returns false if the thread is ending, or another
/// code uses them at this moment.
#[inline]
pub(super) fn on(work: impl FnOnce(&mut Thread)) -> bool {
    with(|thread| {
        work(thread);
        Some(())
    })
    .is_some()
}

/// Passes the records of the thread to `work`. `None` if the thread is ending, or another code uses
/// them at this moment.
#[inline]
pub(super) fn with<T>(work: impl FnOnce(&mut Thread) -> Option<T>) -> Option<T> {
    let thread = THREAD.try_with(|thread| work(&mut *thread.try_borrow_mut().ok()?));
    thread.ok().flatten()
}

/// Returns an unused record inside of the current one. `None` if the thread is ending.
#[inline]
pub(super) fn unused() -> Option<Box<SpanRecord>> {
    with(|thread| {
        let mut record = thread.unused.pop().unwrap_or_default();
        thread.begin(&mut record);
        Some(record)
    })
}

/// Begins a call with the record in its span, inside of the current one. Returns false if the thread
/// is ending.
#[inline]
pub(super) fn begin(record: &mut SpanRecord) -> bool {
    on(|thread| thread.begin(record))
}

/// Returns the number of records that the thread is in.
pub(in crate::span) fn enclosing_records() -> usize {
    let number = with(|thread| Some(thread.frames.len()));
    number.unwrap_or_default()
}

/// Returns the serial of the innermost record of a stage, if the thread was in so many records
/// before it entered that.
pub(in crate::span) fn stage_since(records: usize) -> Option<u64> {
    with(|thread| {
        let mut later = thread.frames.get(records..)?.iter().rev();
        later.find_map(|frame| {
            let record = frame.slot.own()?;
            let is_of_stage = record.values.metadata().is_some_and(is_of_stage);
            is_of_stage.then_some(record.serial)
        })
    })
}

/// Sets values of the record with this serial, if the thread is in it.
pub(in crate::span) fn update_of(serial: u64, values: &Values) {
    with(|thread| {
        let record = thread.own(serial)?;
        record.values.update(values);
        record.shared.as_ref()?.update(values);
        Some(())
    });
}

/// Returns the metadata of the record with this serial, if the thread is in it.
pub(in crate::span) fn metadata_of(serial: u64) -> Option<&'static Metadata<'static>> {
    with(|thread| thread.own(serial)?.values.metadata())
}

/// Returns the span of the record with this serial, if the thread is in it and it is exported.
pub(in crate::span) fn annotated(serial: u64) -> Option<Box<dyn Annotate>> {
    with(|thread| {
        let mut spans = thread.frames.iter().rev();
        spans.find_map(|frame| {
            let span = frame.slot.span.as_ref()?;
            (span.record().serial == serial).then(|| span.annotated())
        })
    })
}

/// Leaves the record that was entered last, and puts it into its empty slot.
#[inline]
pub(super) fn leave(slot: &mut Slot) {
    let left = with(|thread| {
        let last = thread.frames.len().checked_sub(1)?;
        let left = thread.frames.get_mut(last)?.slot.take();
        thread.frames.truncate(last);
        Some(left)
    });
    if let Some(left) = left {
        *slot = left;
    }
}

/// Leaves the record that was entered last, and returns its span.
#[inline]
pub(super) fn leave_span() -> Option<Box<dyn TracedSpan>> {
    let span = with(|thread| {
        let last = thread.frames.len().checked_sub(1)?;
        let span = thread.frames.get_mut(last)?.slot.span.take()?;
        // Where it is: a frame that is returned is copied.
        thread.frames.truncate(last);
        Some(span)
    });
    if span.is_none() {
        // A record of another kind, which is dropped without the borrow.
        let mut other = Slot::EMPTY;
        leave(&mut other);
    }
    span
}

/// Leaves the record that was entered last, whose call has ended, and takes it back.
#[inline]
pub(super) fn end() {
    // Dropped without the borrow.
    drop(with(Thread::end));
}

/// Takes a record back whose call has ended.
#[inline(never)]
pub(super) fn recycle(mut record: Box<SpanRecord>) {
    record.clear();
    // Dropped without the borrow, in case they are the last of their kind.
    record.release();
    with(|thread| {
        if thread.unused.len() < MOST_UNUSED {
            thread.unused.push(record);
        }
        Some(())
    });
}

impl Thread {
    /// Begins a call, inside of the current one.
    #[inline]
    fn begin(&mut self, record: &mut SpanRecord) {
        record.serial = self.next_serial();
        record.parent = match self.innermost().and_then(|index| self.frames.get(index)) {
            Some(Frame { slot, .. }) => match slot.shared() {
                Some(record) => Parent::Shared(Arc::clone(record)),
                None => slot
                    .own()
                    .map_or(Parent::Nothing, |record| Parent::Around(record.serial)),
            },
            None => Entered::now().span.map_or(Parent::Nothing, Parent::Span),
        };
    }

    #[inline]
    fn next_serial(&mut self) -> u64 {
        if self.serial == 0 {
            self.serial = first_serial();
        }
        self.serial = self.serial.wrapping_add(1);
        self.serial
    }

    /// Returns the record with this serial, if the thread is in it.
    fn own(&mut self, serial: u64) -> Option<&mut SpanRecord> {
        let mut frames = self.frames.iter_mut().rev();
        frames.find_map(|frame| {
            let record = frame.slot.own_mut()?;
            (record.serial == serial).then_some(record)
        })
    }

    /// Takes the record out of its slot.
    #[inline]
    pub(super) fn enter(&mut self, slot: &mut Slot) {
        let within = entered::order();
        // In place: a processor waits for its own stores when it copies at once what was written in
        // smaller pieces.
        self.frames.extend(iter::once_with(|| Frame {
            slot: slot.take(),
            within,
        }));
    }

    /// The record that was entered last.
    pub(super) fn last(&mut self) -> Option<&mut Slot> {
        Some(&mut self.frames.last_mut()?.slot)
    }

    /// Takes the record back that was entered last. Returns it if it is to be dropped, or what it
    /// refers to is.
    #[inline]
    fn end(&mut self) -> Option<Slot> {
        let last = self.frames.len().checked_sub(1)?;
        let slot = &mut self.frames.get_mut(last)?.slot;
        let has_room = self.unused.len() < MOST_UNUSED;
        let other = match slot.other.take() {
            Some(Record::Own(mut record)) if has_room && record.is_plain() => {
                record.values.clear();
                self.unused.push(record);
                None
            }
            other => Some(Slot {
                span: slot.span.take(),
                other,
            }),
        };
        // Where it is: a frame that is returned is copied.
        self.frames.truncate(last);
        other
    }

    /// Returns the index of the innermost record, unless a span of `tracing`'s was entered in it.
    #[inline]
    pub(super) fn innermost(&self) -> Option<usize> {
        let last = self.frames.last()?;
        entered::is_innermost(last.within).then(|| self.frames.len().saturating_sub(1))
    }

    /// Returns the index of the innermost record, unless a span of `tracing`'s that `layer` sees was
    /// entered in it.
    pub(super) fn innermost_for(&self, layer: usize) -> Option<usize> {
        let last = self.frames.last()?;
        let is_innermost = entered::is_innermost_for(last.within, layer);
        is_innermost.then(|| self.frames.len().saturating_sub(1))
    }

    /// Shares a record, and first those around it that are its parents.
    pub(super) fn share(&mut self, index: usize) -> Option<Arc<SharedRecord>> {
        let around = self.parent_of(index);
        let around = around.and_then(|parent| self.share(parent));
        let slot = &mut self.frames.get_mut(index)?.slot;
        if let Some(record) = slot.shared() {
            return Some(Arc::clone(record));
        }
        Some(slot.own_mut()?.share(around))
    }

    /// Keeps the parent of a record that the thread is not in.
    pub(super) fn keep_parent(&mut self, record: &mut SpanRecord) -> Option<()> {
        let around = self.frame_of(&record.parent, self.frames.len())?;
        record.parent = Parent::Shared(self.share(around)?);
        Some(())
    }

    /// Returns the index of the parent of a record, if the thread is in that.
    fn parent_of(&self, index: usize) -> Option<usize> {
        let record = self.frames.get(index)?.slot.own()?;
        self.frame_of(&record.parent, index)
    }

    /// Returns the index of a record that is around the frame with this index.
    fn frame_of(&self, parent: &Parent, index: usize) -> Option<usize> {
        let Parent::Around(serial) = parent else {
            return None;
        };
        let around = self.frames.get(..index)?;
        around.iter().rposition(|frame| {
            let record = frame.slot.own();
            record.is_some_and(|record| record.serial == *serial)
        })
    }

    /// Passes the values of a record and of those around it to `read`, the innermost first. Returns
    /// what is around the last one.
    pub(super) fn each(&self, index: usize, read: &mut dyn FnMut(&Values)) -> Enclosing {
        let mut next = Some(index);
        while let Some(index) = next {
            let Some(Frame { slot, .. }) = self.frames.get(index) else {
                break;
            };
            if let Some(record) = slot.shared() {
                return record.each(read);
            }
            let Some(record) = slot.own() else {
                break;
            };
            read(&record.values);
            match &record.parent {
                Parent::Nothing => break,
                Parent::Span(span) => return Enclosing::Span(*span),
                Parent::Shared(parent) => return parent.each(read),
                Parent::Around(_) => next = self.parent_of(index),
            }
        }
        Enclosing::Nothing
    }
}

/// Returns a number that no serial of another thread is near to.
#[cold]
fn first_serial() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    static THREADS: AtomicU64 = AtomicU64::new(1);
    THREADS.fetch_add(1, Relaxed) << 40
}
