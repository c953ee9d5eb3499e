//! Items of an export, and their destination.

use std::{future::Future, pin::Pin, sync::Arc};

use super::{DropReason, Flushes, counts::Counts, flushes::Closed};

/// A running export.
pub(crate) type Exporting<'d> = Pin<Box<dyn Future<Output = Outcome> + Send + 'd>>;

/// Something that is exported.
pub(crate) trait Item: Send + 'static {
    /// The name of several items, in the log and in errors.
    const NAME: &'static str;

    /// Whether an item is a request to collect everything that there is.
    ///
    /// The number of parts of such an item is known only when it is exported: the destination
    /// reports them with [`Queue::begin_part`](super::Queue::begin_part). Each item covers all
    /// parts, so that the losses of one item do not matter after a later one.
    const COLLECTS: bool = false;

    /// The size in bytes, approximately.
    fn bytes(&self) -> usize;

    /// The number of items that this one consists of. Default: 1.
    fn count(&self) -> usize {
        1
    }

    /// Keeps the first `count` of the items that this one consists of, and returns the others.
    ///
    /// It is called only if there are more. Default: there are never more.
    fn split_off(&mut self, _count: usize) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }
}

/// The result of an export. Items that are neither exported nor rejected were lost for `reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) exported: u64,
    pub(crate) reason: DropReason,
}

impl Outcome {
    pub(crate) fn exported(items: usize) -> Self {
        Self {
            exported: items as u64,
            reason: DropReason::Rejected,
        }
    }

    pub(crate) fn lost(reason: DropReason) -> Self {
        Self {
            exported: 0,
            reason,
        }
    }

    /// Adds the result of so many further items.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) fn add(&mut self, other: Self, items: usize) {
        self.exported += other.exported;
        if other.exported < items as u64 {
            self.reason = other.reason;
        }
    }
}

/// Takes batches, one after the other. A running export may be dropped, and may panic.
pub(crate) trait Destination<T>: Send + 'static {
    fn export<'d>(&'d mut self, batch: Vec<T>, counts: &'d Counts) -> Exporting<'d>;

    /// Receives the flushes of the queue, before the first batch.
    fn follow(&mut self, _flushes: &Arc<Flushes>) {}

    /// Returns the moment until which items should stay in the queue.
    fn closed_until(&self, _counts: &Counts) -> Option<Closed> {
        None
    }

    /// Returns the URL that items are sent to, without credentials and query.
    fn url(&self) -> Option<&str> {
        None
    }
}
