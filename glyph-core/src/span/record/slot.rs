//! The record of a call, and the code that runs in it.

use std::{marker::PhantomData, sync::Arc};

use tracing::Span;

use super::{
    super::{
        FieldValue, FieldValues, Parent, SpanCallsite, TracedSpan, build::build_again,
        traces::traces,
    },
    SharedRecord, Values, local,
    span_record::{Record, Slot, SpanRecord},
};

/// The record of a call. Empty while a thread is in the call, and owns the record.
#[derive(Debug)]
pub(crate) struct RecordSlot(Slot);

impl RecordSlot {
    /// No record.
    pub(crate) const EMPTY: Self = Self(Slot::EMPTY);

    /// Puts the record in the span of a call that is exported into the empty slot.
    #[inline]
    pub(crate) fn put_span(&mut self, span: Box<dyn TracedSpan>) {
        self.0.span = Some(span);
    }

    /// Returns the span of a call that is exported, unless the thread is in the call.
    #[inline]
    pub(crate) fn span(&self) -> Option<&dyn TracedSpan> {
        self.0.span.as_deref()
    }

    /// See [`span`](Self::span).
    #[inline]
    pub(crate) fn span_mut(&mut self) -> Option<&mut Box<dyn TracedSpan>> {
        self.0.span.as_mut()
    }

    /// Leaves the record that this thread has entered last, and takes its span, if the call is one that is
    /// exported.
    #[inline]
    pub(crate) fn leave_span() -> Option<Box<dyn TracedSpan>> {
        local::leave_span()
    }

    /// Takes the span of a call that is exported.
    #[inline]
    pub(crate) fn take_span(&mut self) -> Option<Box<dyn TracedSpan>> {
        self.0.span.take()
    }

    fn own_mut(&mut self) -> Option<&mut SpanRecord> {
        self.0.own_mut()
    }

    /// Keeps the values of a call that begins. Returns whether a record can keep all of them: it
    /// cannot keep an error. A callsite that had one is expected to have others, so that nothing is
    /// formatted in vain.
    ///
    /// Formatting a value can run any code, so the thread's records are not borrowed meanwhile. A
    /// thread that is ending keeps none.
    #[inline]
    pub(crate) fn open(
        &mut self,
        callsite: &'static SpanCallsite,
        values: &FieldValues<'_, '_>,
    ) -> bool {
        if callsite.has_error() {
            return false;
        }
        let Some(mut record) = local::unused() else {
            return true;
        };
        let are_kept = record.values.begin(callsite, values, false);
        if are_kept {
            self.0.other = Some(Record::Own(record));
        } else {
            local::recycle(record);
        }
        are_kept
    }

    /// Keeps the values of a call that begins, in the record of its span. Returns whether there is such
    /// a record, or `None` if it cannot keep all of them. See [`open`](Self::open). With `are_whole`, it
    /// keeps texts of any length.
    #[inline]
    pub(crate) fn begin(
        &mut self,
        callsite: &'static SpanCallsite,
        values: &FieldValues<'_, '_>,
        are_whole: bool,
    ) -> Option<bool> {
        if callsite.has_error() {
            return None;
        }
        let record = self.own_mut();
        let Some(record) = record.and_then(|record| local::begin(record).then_some(record)) else {
            return Some(false);
        };
        let are_kept = record.values.begin(callsite, values, are_whole);
        are_kept.then_some(true)
    }

    /// Puts the record below the parent that its callsite names, in place of what is around it.
    pub(crate) fn set_named_parent(&mut self, parent: &Parent) {
        if let Some(record) = self.own_mut() {
            record.set_parent(traces().and_then(|traces| traces.key_of(parent)));
        }
    }

    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives the record back, since its call has ended.
    #[inline]
    pub(crate) fn recycle(&mut self) {
        if let Some(Record::Own(record)) = self.0.other.take() {
            local::recycle(record);
        }
    }

    /// Enters the record. Returns whether there was one to [`leave`](Self::leave).
    #[inline]
    pub(crate) fn enter(&mut self) -> bool {
        !self.0.is_empty() && local::on(|thread| thread.enter(&mut self.0))
    }

    /// Leaves the record that this thread has entered last.
    #[inline]
    pub(crate) fn leave(&mut self) {
        local::leave(&mut self.0);
    }

    /// Leaves the record that this thread has entered last, whose call has ended.
    #[inline]
    pub(crate) fn end() {
        local::end();
    }

    /// Keeps the record around this one, since the call may outlive it.
    pub(crate) fn outlive(&mut self) {
        if let Some(record) = self.own_mut() {
            local::with(|thread| thread.keep_parent(record));
        }
    }

    /// Makes the record one that several threads can enter. Call [`outlive`](Self::outlive) first.
    pub(crate) fn share(&mut self) {
        if let Some(Record::Own(record)) = &mut self.0.other {
            let shared = record.share(None);
            self.0.other = Some(Record::Shared(shared));
        }
    }

    /// Sets fields of a shared record, from any thread.
    pub(crate) fn set_shared(
        &self,
        callsite: &'static SpanCallsite,
        fields: &[(&str, FieldValue<'_>)],
    ) {
        if let Some(record) = self.0.shared() {
            record.update(&Values::of_late(callsite.metadata(), fields));
        }
    }

    /// Builds a span with the values of a shared record, inside of the record around it.
    pub(crate) fn build(&self, callsite: &'static SpanCallsite) -> Span {
        let Some(record) = self.0.shared() else {
            return build_again(callsite, &Values::default());
        };
        let _around = EnteredShared::enter(record.around());
        build_again(callsite, record.values())
    }

    /// Enters a shared record.
    pub(crate) fn enter_shared(&self) -> EnteredShared<'_> {
        EnteredShared::enter(self.0.shared())
    }
}

/// Keeps a shared record current. Drop it on the thread that created it, in the reverse order.
#[derive(Debug)]
#[must_use = "dropping it leaves the record"]
pub struct EnteredShared<'record> {
    is_entered: bool,
    record: PhantomData<&'record SharedRecord>,
    this_thread: PhantomData<*const ()>,
}

impl<'record> EnteredShared<'record> {
    /// Enters a record, if there is one.
    pub fn enter(record: Option<&'record Arc<SharedRecord>>) -> Self {
        let mut slot = Slot {
            span: None,
            other: record.map(|record| Record::Shared(Arc::clone(record))),
        };
        Self {
            is_entered: !slot.is_empty() && local::on(|thread| thread.enter(&mut slot)),
            record: PhantomData,
            this_thread: PhantomData,
        }
    }
}

impl Drop for EnteredShared<'_> {
    fn drop(&mut self) {
        if self.is_entered {
            // Dropped without the borrow.
            let mut left = Slot::EMPTY;
            local::leave(&mut left);
        }
    }
}
