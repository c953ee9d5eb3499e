//! The record of a call.

use std::sync::Arc;

use super::{super::TracedSpan, SharedRecord, SpanKey, Values, shared::SharedParent};

/// The record of a call: its fields, and the record or the span around it.
///
/// A call whose span is exported has it in the memory of that span.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct SpanRecord {
    /// Identifies the record in the process.
    pub(super) serial: u64,
    pub(super) parent: Parent,
    pub(super) values: Values,
    pub(super) shared: Option<Arc<SharedRecord>>,
}

/// The parent of a record.
#[derive(Debug, Default)]
pub(super) enum Parent {
    #[default]
    Nothing,
    Span(SpanKey),
    /// The record with this serial, if the thread is in it. It is not kept: a call in a call needs
    /// no counting of references then. A future that is moved out of the call in which it began,
    /// and outlives it, loses its parent.
    Around(u64),
    Shared(Arc<SharedRecord>),
}

/// A record, or one that others share.
#[derive(Debug)]
pub(super) enum Record {
    Own(Box<SpanRecord>),
    Shared(Arc<SharedRecord>),
}

/// The record of a call, or none.
///
/// A span is apart from the others, since it is moved in registers then.
#[derive(Debug)]
pub(super) struct Slot {
    /// The record of a call that is exported, in its span.
    pub(super) span: Option<Box<dyn TracedSpan>>,
    pub(super) other: Option<Record>,
}

impl Slot {
    pub(super) const EMPTY: Self = Self {
        span: None,
        other: None,
    };

    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.span.is_none() && self.other.is_none()
    }

    #[inline]
    pub(super) const fn take(&mut self) -> Self {
        Self {
            span: self.span.take(),
            other: self.other.take(),
        }
    }

    /// Returns the record if others share it.
    #[inline]
    pub(super) const fn shared(&self) -> Option<&Arc<SharedRecord>> {
        match &self.other {
            Some(Record::Shared(record)) => Some(record),
            Some(Record::Own(_)) | None => None,
        }
    }

    /// Returns what others see of the record, if they share it.
    pub(super) fn seen_by_others(&self) -> Option<&Arc<SharedRecord>> {
        self.shared().or_else(|| self.own()?.shared.as_ref())
    }

    /// Returns the record, unless others share it.
    #[inline]
    pub(super) fn own(&self) -> Option<&SpanRecord> {
        match (&self.span, &self.other) {
            (Some(span), _) => Some(span.record()),
            (None, Some(Record::Own(record))) => Some(record),
            (None, Some(Record::Shared(_)) | None) => None,
        }
    }

    /// See [`own`](Self::own).
    #[inline]
    pub(super) fn own_mut(&mut self) -> Option<&mut SpanRecord> {
        match (&mut self.span, &mut self.other) {
            (Some(span), _) => Some(span.record_mut()),
            (None, Some(Record::Own(record))) => Some(record),
            (None, Some(Record::Shared(_)) | None) => None,
        }
    }
}

impl SpanRecord {
    /// The fields of the call.
    #[inline]
    #[must_use]
    pub const fn values(&self) -> &Values {
        &self.values
    }

    /// Removes the fields, and keeps the memory if it is not much.
    #[inline]
    pub fn clear(&mut self) {
        self.values.clear();
    }

    /// Drops references to other records, which may be the last ones.
    #[inline]
    pub fn release(&mut self) {
        self.parent = Parent::Nothing;
        self.shared = None;
    }

    /// Whether it refers to no shared record.
    #[inline]
    pub(super) const fn is_plain(&self) -> bool {
        self.shared.is_none() && !matches!(self.parent, Parent::Shared(_))
    }

    /// Puts the record below a span of `tracing`'s, or below nothing.
    pub(super) fn set_parent(&mut self, parent: Option<SpanKey>) {
        self.parent = parent.map_or(Parent::Nothing, Parent::Span);
    }

    /// Returns the record that others share. `around` is the shared parent, if that is a record
    /// around this one.
    pub(super) fn share(&mut self, around: Option<Arc<SharedRecord>>) -> Arc<SharedRecord> {
        if let Some(shared) = &self.shared {
            return Arc::clone(shared);
        }
        let parent = match &self.parent {
            Parent::Nothing => SharedParent::Nothing,
            Parent::Span(span) => SharedParent::Span(*span),
            Parent::Shared(record) => SharedParent::Record(Arc::clone(record)),
            Parent::Around(_) => around.map_or(SharedParent::Nothing, SharedParent::Record),
        };
        let shared = SharedRecord::new(parent, self.values.clone());
        Arc::clone(self.shared.insert(shared))
    }
}
