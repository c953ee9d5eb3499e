//! The thread that exports, with a runtime of its own.
//!
//! The program's runtime takes no part: whether it has one thread, many or is not there at all, an export can neither
//! wait for it nor hold it up.

use std::{collections::VecDeque, io, panic::AssertUnwindSafe, sync::Arc, thread, time::Instant};

use futures_util::FutureExt;
use opentelemetry::Context;
use opentelemetry_sdk::trace::SpanData;
use tokio::{runtime, time::sleep_until};

use super::{
    Destination, Outcome,
    counts::DropReason,
    queue::{Next, Queue},
};

/// Starts the thread that empties `queue` into `destination`.
pub(crate) fn start(queue: &Arc<Queue>, destination: Box<dyn Destination>) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let queue = Arc::clone(queue);
    thread::Builder::new()
        .name(format!("glyph-{}", queue.name()))
        .spawn(move || {
            // What the exporter does is not to become spans itself.
            let _suppressed = Context::enter_telemetry_suppressed_scope();
            runtime.block_on(Worker { queue, destination }.run());
            // A connection that hangs is not to hold up the thread's end.
            runtime.shutdown_background();
        })?;
    Ok(())
}

struct Worker {
    queue: Arc<Queue>,
    destination: Box<dyn Destination>,
}

impl Worker {
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

    async fn export(&mut self, batch: Vec<SpanData>) {
        let spans = batch.len();
        let started = Instant::now();
        let limit = self.queue.limits().export_timeout;
        let destination = &mut self.destination;
        let counts = self.queue.counts();
        // A panic may come from making the future as well as from running it.
        let exporting = AssertUnwindSafe(async move { destination.export(batch, counts).await });
        let outcome = tokio::select! {
            outcome = exporting.catch_unwind() => outcome.unwrap_or_else(|_| {
                counts.failed();
                Outcome::lost(DropReason::Panicked)
            }),
            () = tokio::time::sleep(limit) => {
                counts.failed();
                Outcome::lost(DropReason::Timeout)
            }
            () = self.queue.until_abandoned() => return,
        };
        counts.took(started.elapsed());
        self.queue.settle(spans, outcome);
    }
}
