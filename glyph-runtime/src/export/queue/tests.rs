//! The counts of items that collect, and of items that consist of several, without a thread.

#![expect(clippy::panic, reason = "a queue without work fails the test")]

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::{Next, Queue, flush};
use crate::export::{BatchLimits, Deadline, DropReason, Item, Outcome};

struct Collection;

impl Item for Collection {
    const NAME: &'static str = "data points";
    const COLLECTS: bool = true;

    fn bytes(&self) -> usize {
        0
    }
}

fn queue() -> Arc<Queue<Collection>> {
    let limits = BatchLimits {
        queue: 1,
        batch: 1,
        ..BatchLimits::default()
    };
    Arc::new(Queue::new("otlp", limits))
}

/// Takes the waiting item, as the worker does.
fn begin(queue: &Queue<Collection>) {
    match queue.next(&mut VecDeque::new(), false) {
        Next::Export(batch) => assert_eq!(batch.count, 1),
        other => panic!("{:?}", matches!(other, Next::End)),
    }
}

fn lost(queue: &Arc<Queue<Collection>>, closing: bool) -> Option<u64> {
    let deadline = Deadline::after(Duration::ZERO);
    let result = flush(
        std::slice::from_ref(queue),
        Duration::ZERO,
        deadline,
        closing,
    );
    result.err().map(|undelivered| undelivered.count())
}

#[test]
fn parts_are_counted_and_not_the_item() {
    let queue = queue();
    queue.push(Collection);
    queue.push(Collection);
    assert_eq!(
        queue.snapshot().dropped_in_all(),
        0,
        "one request is enough"
    );
    begin(&queue);
    assert!(queue.begin_part(3));
    assert_eq!(queue.snapshot().queue_length, 3);
    queue.end_part(Outcome::exported(2));
    assert_eq!(queue.settle(1, Outcome::lost(DropReason::Rejected)), 1);
    let counts = queue.snapshot();
    assert_eq!((counts.exported, counts.queue_length), (2, 0));
    assert_eq!(counts.dropped_for(DropReason::Rejected), 1);
}

#[test]
fn losses_of_an_earlier_item_do_not_matter_after_a_later_one() {
    let queue = queue();
    queue.push(Collection);
    begin(&queue);
    assert!(queue.begin_part(3));
    queue.push(Collection);
    assert_eq!(lost(&queue, false), Some(3), "the second one has not begun");
    queue.end_part(Outcome::lost(DropReason::Failed));
    assert_eq!(queue.settle(1, Outcome::exported(0)), 3);
    begin(&queue);
    assert!(queue.begin_part(3));
    queue.end_part(Outcome::exported(3));
    assert_eq!(queue.settle(1, Outcome::exported(0)), 0);
    assert_eq!(lost(&queue, false), None);
}

#[test]
fn shutdown_drops_the_parts_in_flight_and_reports_them_once() {
    let queue = queue();
    queue.push(Collection);
    begin(&queue);
    assert!(queue.begin_part(3));
    assert_eq!(lost(&queue, true), Some(3));
    assert_eq!(lost(&queue, true), None);
    assert!(!queue.begin_part(5), "nothing counts after a shutdown");
    queue.end_part(Outcome::exported(5));
    assert_eq!(queue.settle(1, Outcome::exported(0)), 0);
    let counts = queue.snapshot();
    assert_eq!((counts.exported, counts.queue_length), (0, 0));
    assert_eq!(counts.dropped_for(DropReason::Shutdown), 3);
}

/// So many items of 10 bytes.
#[derive(Debug, PartialEq, Eq)]
struct Several(usize);

impl Item for Several {
    const NAME: &'static str = "spans";

    fn bytes(&self) -> usize {
        self.0 * 10
    }

    fn count(&self) -> usize {
        self.0
    }

    fn split_off(&mut self, count: usize) -> Option<Self> {
        let others = self.0 - count;
        self.0 = count;
        Some(Self(others))
    }
}

fn queue_of_several(queue: usize, queue_bytes: usize) -> Queue<Several> {
    let limits = BatchLimits {
        queue,
        queue_bytes,
        batch: 4,
        ..BatchLimits::default()
    };
    Queue::new("otlp", limits)
}

fn batches(queue: &Queue<Several>) -> Vec<Vec<Several>> {
    let mut backlog = VecDeque::new();
    let mut batches = Vec::new();
    while let Next::Export(batch) = queue.next(&mut backlog, true) {
        let sum: usize = batch.items.iter().map(|item| item.0).sum();
        assert_eq!(sum, batch.count);
        batches.push(batch.items);
        queue.settle(sum, Outcome::exported(sum));
    }
    batches
}

#[test]
fn batches_have_as_many_items_as_the_limit_allows() {
    let queue = queue_of_several(100, 1000);
    for count in [3, 9, 1] {
        queue.push(Several(count));
    }
    assert_eq!(queue.snapshot().queue_length, 13);
    let batches = batches(&queue);
    let expected = [&[3, 1][..], &[4], &[4], &[1]];
    let counts = batches.iter().map(|batch| batch.iter().map(|item| item.0));
    assert!(
        counts
            .map(Vec::from_iter)
            .eq(expected.map(<[usize]>::to_vec))
    );
    let counts = queue.snapshot();
    assert_eq!((counts.exported, counts.queue_length), (13, 0));
    assert_eq!(counts.dropped_in_all(), 0);
}

#[test]
fn items_beyond_the_limits_are_dropped_and_the_others_kept() {
    for (limit, bytes) in [(5, 1000), (100, 59)] {
        let queue = queue_of_several(limit, bytes);
        for count in [3, 9, 1] {
            queue.push(Several(count));
        }
        let counts = queue.snapshot();
        assert_eq!(counts.queue_length, 5);
        assert_eq!(counts.dropped_for(DropReason::QueueFull), 8);
        let sent: usize = batches(&queue).iter().flatten().map(|item| item.0).sum();
        assert_eq!(sent, 5);
        // All of the room is there again.
        queue.push(Several(5));
        assert_eq!(queue.snapshot().queue_length, 5);
        assert_eq!(queue.snapshot().dropped_in_all(), 8);
    }
}
