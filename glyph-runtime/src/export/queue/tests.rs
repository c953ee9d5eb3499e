//! The counts of collecting items, without a thread.

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
        Next::Export(items) => assert_eq!(items.len(), 1),
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
