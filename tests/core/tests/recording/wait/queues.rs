//! Waits of items in channels.

use std::{
    sync::atomic::{AtomicI64, Ordering::Relaxed},
    time::Duration,
};

use glyph_core::{
    Gauge, Histogram, metric_catalog, testing,
    wait::{
        Queue, QueueMetrics, QueueRecorder, WaitEnd, WaitOutcome,
        labels::{Left, Queues},
    },
};
use tokio::sync::mpsc;

fn depth() -> f64 {
    let labels = Queues { queue: "jobs" };
    QueueMetrics::global().depth.value(labels)
}

fn capacity() -> f64 {
    let labels = Queues { queue: "jobs" };
    QueueMetrics::global().capacity.value(labels)
}

fn left(outcome: WaitOutcome) -> u64 {
    let labels = Left {
        queue: "jobs",
        outcome,
    };
    QueueMetrics::global()
        .wait_duration
        .snapshot(labels)
        .count()
}

#[tokio::test]
async fn item_waits_from_track_until_take() {
    let captured = testing::capture().frozen();
    let queue = Queue::new("jobs").capacity(4);
    let (sender, mut receiver) = mpsc::channel(4);
    for job in 0..3 {
        sender.send(queue.track(job)).await.unwrap();
    }
    assert_eq!((depth(), capacity()), (3.0, 4.0));
    captured.clock().advance(Duration::from_secs(2));
    for job in 0..3 {
        let item = receiver.recv().await.unwrap();
        assert_eq!((*item, item.take()), (job, job));
    }
    assert_eq!(depth(), 0.0);
    let waited = captured.histogram_of(&QueueMetrics::global().wait_duration);
    assert_eq!((waited.count(), waited.sum()), (3, 6.0));
    assert_eq!(left(WaitOutcome::Ok), 3);
}

#[test]
fn dropped_items_leave_the_queue() {
    let _captured = testing::capture();
    let queue = Queue::new("jobs");
    let (sender, receiver) = std::sync::mpsc::channel();
    sender.send(queue.track("lost")).unwrap();
    sender.send(queue.track("lost as well")).unwrap();
    assert_eq!((depth(), capacity()), (2.0, 0.0));
    drop(receiver);
    assert!(sender.send(queue.track("too late")).is_err());
    assert_eq!(depth(), 0.0);
    assert_eq!(left(WaitOutcome::Cancelled), 3);
}

#[test]
fn capacities_of_live_queues_with_one_name_add_up() {
    let _captured = testing::capture();
    let first = Queue::new("jobs").capacity(8);
    let second = Queue::new("jobs").capacity(2);
    let clone = first.clone();
    assert_eq!(capacity(), 10.0);
    drop(second);
    drop(first);
    assert_eq!(capacity(), 8.0);
    let item = clone.track(());
    drop(clone);
    item.take();
    assert_eq!((capacity(), depth()), (0.0, 0.0));
}

#[metric_catalog(namespace = "recording")]
pub(crate) struct Recordings {
    /// Recordings that wait to be written.
    pub(crate) queued: Gauge,
    /// Recordings for which there is room.
    pub(crate) room: Gauge,
    /// How long recordings wait.
    #[metric(unit = seconds)]
    pub(crate) wait: Histogram,
}

static LARGEST: AtomicI64 = AtomicI64::new(0);

impl QueueRecorder for Recordings {
    fn resized(&self, _: &'static str, change: i64) {
        LARGEST.fetch_max(change, Relaxed);
        self.room.add(change);
    }

    fn entered(&self, _: &'static str) {
        self.queued.inc();
    }

    fn left(&self, _: &'static str, end: &WaitEnd) {
        self.queued.dec();
        self.wait.observe(end.duration);
    }
}

#[test]
fn custom_recorder_replaces_the_internal_metrics() {
    let captured = testing::capture();
    let recordings = Recordings::global();
    let queue = Queue::new("recordings").capacity(7).recorder(recordings);
    let item = queue.track(());
    assert_eq!(recordings.queued.value(), 1.0);
    assert_eq!(recordings.room.value(), 7.0);
    item.take();
    drop(queue);
    assert_eq!(recordings.queued.value(), 0.0);
    assert_eq!(recordings.room.value(), 0.0);
    assert_eq!(captured.histogram_of(&recordings.wait).count(), 1);
    assert_eq!(LARGEST.load(Relaxed), 7);
    let others = captured.histogram_of(&QueueMetrics::global().wait_duration);
    assert_eq!(others.count(), 0);
}
