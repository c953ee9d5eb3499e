//! Items that wait in a queue.

use std::{fmt, ops::Deref, sync::Arc};

use tracing::Span;

use super::{QueueMetrics, QueueRecorder, WaitEnd, running::since, span};
use crate::{Outcome, clock::Moment, span::OpenSpan};

/// Measures a queue of any kind: its depth, its capacity, and how long each item waits.
///
/// Wrap an item with [`track`](Self::track) before sending it, and unwrap it with [`Queued::take`].
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::wait::{Queue, QueueMetrics, labels::Queues};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let queue = Queue::new("recordings").capacity(8);
/// let (sender, mut receiver) = tokio::sync::mpsc::channel(8);
/// sender.send(queue.track("a recording")).await.unwrap();
///
/// let labels = || Queues { queue: "recordings" };
/// assert_eq!(QueueMetrics::global().depth.value(labels()), 1.0);
/// assert_eq!(QueueMetrics::global().capacity.value(labels()), 8.0);
///
/// assert_eq!(receiver.recv().await.unwrap().take(), "a recording");
/// assert_eq!(QueueMetrics::global().depth.value(labels()), 0.0);
/// # }
/// ```
///
/// An item's span is a child of the span that was current when it was tracked. `wait.outcome` is
/// `ok` if the item was taken.
#[derive(Clone, Debug)]
pub struct Queue(Arc<Shared>);

struct Shared {
    name: &'static str,
    recorder: &'static dyn QueueRecorder,
    capacity: i64,
}

impl Queue {
    /// A queue with this name. The spans of its items have the same name.
    ///
    /// The queue is recorded into [`QueueMetrics`], which are exposed if a catalog nests them. Use
    /// [`recorder`](Self::recorder) for another catalog.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self(Arc::new(Shared {
            name,
            recorder: QueueMetrics::global(),
            capacity: 0,
        }))
    }

    /// Sets the capacity in items. It counts while this queue or a clone of it exists.
    #[must_use]
    pub fn capacity(self, items: usize) -> Self {
        let Shared { name, recorder, .. } = *self.0;
        Self::made(name, recorder, i64::try_from(items).unwrap_or(i64::MAX))
    }

    /// Sets the catalog that records the queue.
    #[must_use]
    pub fn recorder(self, recorder: &'static impl QueueRecorder) -> Self {
        let Shared { name, capacity, .. } = *self.0;
        Self::made(name, recorder, capacity)
    }

    fn made(name: &'static str, recorder: &'static dyn QueueRecorder, capacity: i64) -> Self {
        if capacity > 0 {
            recorder.resized(name, capacity);
        }
        Self(Arc::new(Shared {
            name,
            recorder,
            capacity,
        }))
    }

    /// Wraps an item, which waits in the queue until it is taken or dropped.
    pub fn track<T>(&self, item: T) -> Queued<T> {
        self.0.recorder.entered(self.0.name);
        let mut span = span::open_of_item(self.0.name);
        span.outlive();
        Queued {
            waits: Waits {
                queue: Arc::clone(&self.0),
                since: Moment::now(),
                span,
                outcome: Outcome::Cancelled,
            },
            item,
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.capacity > 0 {
            self.recorder.resized(self.name, -self.capacity);
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Queue")
            .field("name", &self.name)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

/// An item in a [`Queue`]. If it is dropped and not taken, its wait is recorded as cancelled.
#[derive(Debug)]
#[must_use = "dropping it records the item as cancelled"]
pub struct Queued<T> {
    waits: Waits,
    item: T,
}

/// Ends an item's wait.
#[derive(Debug)]
struct Waits {
    queue: Arc<Shared>,
    since: Moment,
    span: OpenSpan,
    outcome: Outcome,
}

impl<T> Queued<T> {
    /// Ends the wait and returns the item.
    pub fn take(self) -> T {
        let Self { mut waits, item } = self;
        waits.outcome = Outcome::Ok;
        item
    }

    /// The span of the item's wait, for links from the span that handles the item. It is disabled below
    /// a span that is not sampled: a link to it would lead nowhere.
    #[must_use]
    pub fn span(&self) -> &Span {
        self.waits.span.span()
    }
}

impl<T> Deref for Queued<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.item
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        let end = WaitEnd {
            duration: since(self.since),
            outcome: self.outcome,
        };
        let Shared { name, recorder, .. } = *self.queue;
        self.span.in_scope(|span| {
            recorder.left(name, &end);
            span::describe(span, &end);
        });
    }
}
