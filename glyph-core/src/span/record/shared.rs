//! Records that others than the running call keep.

use std::sync::{
    Arc, Mutex,
    atomic::{
        AtomicBool,
        Ordering::{Acquire, Release},
    },
};

use super::{Enclosing, SpanKey, Values, local};
use crate::sync::lock_unless_lost;

/// The most records around a shared one. A task that starts the next one like itself, in its stage,
/// would keep all before it for ever otherwise.
const MOST_AROUND: usize = 128;

/// The values of a record, for spans, contexts and calls that may outlive its call.
#[derive(Debug)]
pub struct SharedRecord {
    pub(super) parent: SharedParent,
    /// The number of records around this one.
    depth: usize,
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
    /// A record in `parent`, or in nothing if too many are around that.
    pub(super) fn new(parent: SharedParent, values: Values) -> Arc<Self> {
        let (parent, depth) = match parent {
            SharedParent::Record(around) if around.depth >= MOST_AROUND => {
                (SharedParent::Nothing, 0)
            }
            SharedParent::Record(around) => {
                let depth = around.depth.saturating_add(1);
                (SharedParent::Record(around), depth)
            }
            other => (other, 0),
        };
        Arc::new(Self {
            parent,
            depth,
            has_later: AtomicBool::new(false),
            later: Mutex::new(values.update_of()),
            values,
        })
    }

    /// The record around this one.
    pub(super) const fn around(&self) -> Option<&Arc<Self>> {
        match &self.parent {
            SharedParent::Record(around) => Some(around),
            SharedParent::Nothing | SharedParent::Span(_) => None,
        }
    }

    /// The values that were known when the record was shared.
    pub(super) const fn values(&self) -> &Values {
        &self.values
    }

    /// Sets values that were not known when the record was shared. A forked process whose parent
    /// was using them at the fork leaves them as they are.
    pub(super) fn update(&self, newer: &Values) {
        if let Some(mut later) = lock_unless_lost(&self.later) {
            later.update(newer);
            self.has_later.store(true, Release);
        }
    }

    /// Passes the values of this record and of those around it to `read`, the innermost first.
    /// Returns what is around the last one.
    pub fn each(&self, read: &mut dyn FnMut(&Values)) -> Enclosing {
        let mut record = self;
        loop {
            // Of two values of a field, readers keep the first.
            if record.has_later.load(Acquire)
                && let Some(later) = lock_unless_lost(&record.later)
            {
                read(&later);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MOST_AROUND, SharedParent, SharedRecord, Values};

    /// Returns the number of records that a reader of the last one sees, after so many generations
    /// of tasks.
    fn seen_after(generations: usize) -> usize {
        let next = |record: Arc<SharedRecord>, _| {
            SharedRecord::new(SharedParent::Record(record), Values::default())
        };
        let first = SharedRecord::new(SharedParent::Nothing, Values::default());
        let last = (0..generations).fold(first, next);
        let mut seen = 0;
        last.each(&mut |_| seen += 1);
        seen
    }

    #[test]
    fn tasks_that_start_the_next_one_keep_a_limited_number_of_records() {
        assert_eq!(seen_after(MOST_AROUND), MOST_AROUND + 1);
        assert_eq!(seen_after(MOST_AROUND + 1), 1);
        assert!(seen_after(1_000_000) <= MOST_AROUND + 1);
    }
}
