//! Records that others than the running call keep.

use std::sync::{
    Arc, Mutex,
    atomic::{
        AtomicBool,
        Ordering::{Acquire, Release},
    },
};

use super::{Enclosing, SpanKey, Values, local};
use crate::sync::lock;

/// The values of a record, for spans, contexts and calls that may outlive its call.
#[derive(Debug)]
pub struct SharedRecord {
    pub(super) parent: SharedParent,
    values: Values,
    /// Whether there are later values, so that most readers take no lock.
    has_later: AtomicBool,
    later: Mutex<Values>,
}

/// The parent of a shared record.
#[derive(Clone, Debug)]
pub(super) enum SharedParent {
    Nothing,
    Span(SpanKey),
    Record(Arc<SharedRecord>),
}

impl SharedRecord {
    pub(super) fn new(parent: SharedParent, values: Values) -> Arc<Self> {
        Arc::new(Self {
            parent,
            values,
            has_later: AtomicBool::new(false),
            later: Mutex::default(),
        })
    }

    /// Sets values that were not known when the record was shared.
    pub(super) fn update(&self, newer: &Values) {
        lock(&self.later).update(newer);
        self.has_later.store(true, Release);
    }

    /// Passes the values of this record and of those around it to `read`, the innermost first.
    /// Returns what is around the last one.
    pub fn each(&self, read: &mut dyn FnMut(&Values)) -> Enclosing {
        let mut record = self;
        loop {
            // Of two values of a field, readers keep the first.
            if record.has_later.load(Acquire) {
                read(&lock(&record.later));
            }
            read(&record.values);
            match &record.parent {
                SharedParent::Nothing => return Enclosing::Nothing,
                SharedParent::Span(span) => return Enclosing::Span(*span),
                SharedParent::Record(parent) => record = parent,
            }
        }
    }
}

/// Returns the innermost record of the running code, unless a span of `tracing`'s was entered in it.
#[must_use]
pub fn current_shared() -> Option<Arc<SharedRecord>> {
    local::with(|thread| {
        let innermost = thread.innermost()?;
        thread.share(innermost)
    })
}
