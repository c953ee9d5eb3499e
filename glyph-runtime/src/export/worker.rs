//! The thread of an exporter, with a separate runtime.
//!
//! An export neither waits for the runtime of the program nor blocks it.

use std::{
    any::Any,
    cell::Cell,
    collections::VecDeque,
    convert::Infallible,
    io,
    panic::AssertUnwindSafe,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use opentelemetry::Context;
use tokio::{runtime, time::sleep_until};

use super::{
    Destination, Item, LOG, Outcome,
    counts::DropReason,
    queue::{Batch, Next, Queue},
};

thread_local! {
    static EXPORTS: Cell<bool> = const { Cell::new(false) };
}

/// The time for a destination that ends at the limit itself, and knows the cause.
const GRACE: Duration = Duration::from_millis(100);

/// Returns whether this thread exports. Spans and events of such a thread are not exported.
pub(crate) fn is_export_thread() -> bool {
    EXPORTS.try_with(Cell::get).unwrap_or(false)
}

/// Starts the thread that sends the items of `queue` to `destination`.
///
/// `alongside` runs on the same thread until the queue ends. It can add items.
pub(crate) fn start<T: Item>(
    queue: &Arc<Queue<T>>,
    mut destination: Box<dyn Destination<T>>,
    alongside: impl Future<Output = Infallible> + Send + 'static,
) -> io::Result<()> {
    destination.follow(queue.flushes());
    queue.counts().sends_to(destination.url());
    let worker = Worker {
        queue: Arc::clone(queue),
        destination,
        fails: false,
    };
    let name = format!("glyph-{}", queue.name());
    on_thread(name, async {
        tokio::select! {
            () = worker.run() => {}
            never = alongside => match never {},
        }
    })
}

fn on_thread(name: String, work: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        // Covers the runtime's blocking threads, which resolve host names.
        .on_thread_start(|| EXPORTS.set(true))
        .build()?;
    thread::Builder::new().name(name).spawn(move || {
        // The flag is for libraries that start spans without looking at the context.
        EXPORTS.set(true);
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        runtime.block_on(work);
        // A connection that hangs must not delay the end of the thread.
        runtime.shutdown_background();
    })?;
    Ok(())
}

struct Worker<T> {
    queue: Arc<Queue<T>>,
    destination: Box<dyn Destination<T>>,
    /// Whether items of the latest batch were lost.
    fails: bool,
}

impl<T: Item> Worker<T> {
    async fn run(mut self) {
        let mut backlog = VecDeque::new();
        let mut send_at = None;
        loop {
            self.until_open().await;
            let waited = send_at.is_some_and(|at| at <= Instant::now());
            match self.queue.next(&mut backlog, waited) {
                Next::Export(batch) => {
                    send_at = None;
                    self.export(batch).await;
                }
                Next::WaitForMore => {
                    let at =
                        *send_at.get_or_insert_with(|| Instant::now() + self.queue.limits().delay);
                    tokio::select! {
                        () = self.queue.until_work() => {}
                        () = sleep_until(at.into()) => {}
                    }
                }
                Next::Wait => self.queue.until_work().await,
                Next::End => return,
            }
        }
    }

    /// Leaves items in the queue, where a flush finds them, while the destination takes none.
    async fn until_open(&mut self) {
        while let Some(closed) = self.destination.closed_until(self.queue.counts())
            && !self.queue.is_abandoned()
        {
            self.queue.flushes().nothing_before(closed);
            tokio::select! {
                () = self.queue.until_work() => {}
                () = sleep_until(closed.until.into()) => {}
            }
        }
    }

    async fn export(&mut self, batch: Batch<T>) {
        let started = Instant::now();
        let limit = self.queue.limits().export_timeout;
        let destination = &mut self.destination;
        let counts = self.queue.counts();
        // Inside of the future, because the call itself can panic as well.
        let exporting =
            AssertUnwindSafe(async move { destination.export(batch.items, counts).await });
        let outcome = tokio::select! {
            // A result that is ready counts, even if the time limit passes at the same moment.
            biased;
            outcome = exporting.catch_unwind() => outcome.unwrap_or_else(|panic| {
                counts.failed(&format_args!("it panicked: {}", message(&*panic)));
                Outcome::lost(DropReason::Panicked)
            }),
            () = tokio::time::sleep(limit + GRACE) => {
                counts.failed(&format_args!("no result within {limit:?}"));
                Outcome::lost(DropReason::Timeout)
            }
            // `Queue::abandon` has counted these items already.
            () = self.queue.until_abandoned() => return,
        };
        counts.took(started.elapsed());
        let lost = self.queue.settle(batch.count, outcome);
        self.report(lost > 0, outcome.reason);
    }

    /// Logs when an export first loses items, and when it recovers. A log line for each batch would
    /// flood the log during an outage.
    fn report(&mut self, fails: bool, reason: DropReason) {
        if fails == self.fails {
            return;
        }
        self.fails = fails;
        let exporter = self.queue.name();
        if fails {
            let failure = self.queue.counts().last_failure();
            let error = failure.map_or_else(String::new, |failure| failure.to_string());
            let reason = reason.name();
            tracing::warn!(target: LOG, exporter, reason, error, "dropping {}: export failed", T::NAME);
        } else {
            tracing::info!(target: LOG, exporter, "export of {} recovered", T::NAME);
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
