//! The thread that exports, with a runtime of its own.
//!
//! The program's runtime takes no part: whether it has one thread, many or is not there at all, an export can neither
//! wait for it nor hold it up.

use std::{
    any::Any, cell::Cell, collections::VecDeque, io, panic::AssertUnwindSafe, sync::Arc, thread,
    time::Instant,
};

use futures_util::FutureExt;
use opentelemetry::Context;
use tokio::{runtime, time::sleep_until};

use super::{
    Destination, Item, Outcome,
    counts::DropReason,
    queue::{Next, Queue},
};

thread_local! {
    static EXPORTS: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is a thread that exports, whose own doings are not to be exported.
pub(crate) fn is_export_thread() -> bool {
    EXPORTS.get()
}

/// The target of what exporters tell the log.
pub(crate) const LOG: &str = "glyph::export";

/// Starts the thread that empties `queue` into `destination`.
pub(crate) fn start<T: Item>(
    queue: &Arc<Queue<T>>,
    destination: Box<dyn Destination<T>>,
) -> io::Result<()> {
    let worker = Worker {
        queue: Arc::clone(queue),
        destination,
        fails: false,
    };
    on_thread(format!("glyph-{}", queue.name()), worker.run())
}

/// Runs `work` on a thread that exports, with a runtime of its own.
pub(crate) fn on_thread(
    name: String,
    work: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        // Names of hosts are looked up on threads of its own.
        .on_thread_start(|| EXPORTS.set(true))
        .build()?;
    thread::Builder::new().name(name).spawn(move || {
        // Some libraries begin traces of their own in here, which do not look at the context.
        EXPORTS.set(true);
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        runtime.block_on(work);
        // A connection that hangs is not to hold up the thread's end.
        runtime.shutdown_background();
    })?;
    Ok(())
}

struct Worker<T> {
    queue: Arc<Queue<T>>,
    destination: Box<dyn Destination<T>>,
    /// Items of the last batch were lost.
    fails: bool,
}

impl<T: Item> Worker<T> {
    async fn run(mut self) {
        let mut backlog = VecDeque::new();
        let mut send_at = None;
        loop {
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

    async fn export(&mut self, batch: Vec<T>) {
        let items = batch.len();
        let started = Instant::now();
        let limit = self.queue.limits().export_timeout;
        let destination = &mut self.destination;
        let counts = self.queue.counts();
        // A panic may come from making the future as well as from running it.
        let exporting = AssertUnwindSafe(async move { destination.export(batch, counts).await });
        let outcome = tokio::select! {
            biased;
            outcome = exporting.catch_unwind() => outcome.unwrap_or_else(|panic| {
                counts.failed(&format_args!("it panicked: {}", message(&*panic)));
                Outcome::lost(DropReason::Panicked)
            }),
            () = tokio::time::sleep(limit) => {
                counts.failed(&format_args!("it took longer than {limit:?}"));
                Outcome::lost(DropReason::Timeout)
            }
            () = self.queue.until_abandoned() => return,
        };
        counts.took(started.elapsed());
        self.report(items as u64, outcome);
        self.queue.settle(items, outcome);
    }

    /// Tells the log when items begin to be lost and when they arrive again, not each time.
    fn report(&mut self, items: u64, outcome: Outcome) {
        let fails = outcome.exported < items;
        if fails == self.fails {
            return;
        }
        self.fails = fails;
        let exporter = self.queue.name();
        if fails {
            let error = self.queue.counts().last_error().unwrap_or_default();
            let reason = outcome.reason.name();
            tracing::warn!(target: LOG, exporter, reason, error, "{} are being lost", T::NAME);
        } else {
            tracing::info!(target: LOG, exporter, "{} arrive again", T::NAME);
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("and did not say why")
}
