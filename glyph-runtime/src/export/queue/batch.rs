//! Items in a queue, and batches of them.

use std::collections::VecDeque;

use crate::export::Item;

/// A batch is sent when its items reach this size. Collectors accept 4 MiB at once (the default of
/// gRPC).
pub(crate) const BATCH_BYTES: usize = 2 << 20;

/// An item, the number of items that it consists of, and its size in bytes.
#[derive(Debug)]
pub(in crate::export) struct Queued<T> {
    item: T,
    pub(super) count: usize,
    pub(super) bytes: usize,
}

/// The items of one export.
#[derive(Debug)]
pub(in crate::export) struct Batch<T> {
    pub(in crate::export) items: Vec<T>,
    /// The number of items that they consist of.
    pub(in crate::export) count: usize,
    pub(super) bytes: usize,
}

impl<T: Item> Queued<T> {
    pub(super) fn new(item: T) -> Self {
        Self {
            count: item.count(),
            bytes: item.bytes(),
            item,
        }
    }

    /// Keeps at most `count` of the items, and returns the others.
    pub(super) fn split_off(&mut self, count: usize) -> Option<Self> {
        if self.count <= count {
            return None;
        }
        let mut others = Self::new(self.item.split_off(count)?);
        self.count = self.item.count();
        // Both parts together keep their size, so that the queue adds and subtracts the same.
        let bytes = self.item.bytes().min(self.bytes);
        others.bytes = self.bytes - bytes;
        self.bytes = bytes;
        Some(others)
    }

    /// Returns how many of the items fit into a number of items and of bytes.
    pub(super) fn fitting(&self, count: usize, bytes: usize) -> usize {
        let count = count.min(self.count);
        if self.bytes <= bytes {
            return count;
        }
        count.min(self.count.saturating_mul(bytes) / self.bytes)
    }
}

impl<T: Item> Batch<T> {
    /// Takes at most `count` items from the first of two queues, and then from the second.
    pub(super) fn take(
        count: usize,
        first: &mut VecDeque<Queued<T>>,
        second: &mut VecDeque<Queued<T>>,
    ) -> Self {
        let mut batch = Self {
            items: Vec::with_capacity(first.len().min(count)),
            count: 0,
            bytes: 0,
        };
        // The size is checked before an item is added, so even an item above the limit is sent.
        while batch.count < count
            && batch.bytes < BATCH_BYTES
            && let Some(mut next) = first.pop_front().or_else(|| second.pop_front())
        {
            if let Some(rest) = next.split_off(count - batch.count) {
                first.push_front(rest);
            }
            batch.count += next.count;
            batch.bytes += next.bytes;
            batch.items.push(next.item);
        }
        batch
    }
}
