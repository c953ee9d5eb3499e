//! Shutdown: all signals within one deadline, on any thread and under any runtime.

use std::{
    mem,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use futures_channel::oneshot;

use super::{
    ShutdownReport, Telemetry, Undelivered, UndeliveredPart,
    at_once::{at_once, parts_of},
    signals::{self, Order, Running},
};
use crate::{
    export::{DROP_DEADLINE, Deadline, Loss, OpenSpans},
    expose::Exposition,
    origin::Origin,
};
use glyph_core::__runtime::{ignore_poison, lock};

/// The deadline of [`Telemetry::shutdown`].
const DEADLINE: Duration = Duration::from_secs(5);
/// The most time that is reserved for the log. It ends last, because the others log their errors.
const KEPT_FOR_THE_LOG: Duration = Duration::from_secs(1);
/// The time after its deadline in which a shutdown can still report to those who wait for it.
const OVERRUN: Duration = Duration::from_secs(1);
/// The name of threads that shut signals down.
const THREAD: &str = "glyph-shutdown";

/// The signals that run until they are shut down.
#[derive(Debug)]
pub(super) struct Shutdown {
    running: Vec<Box<dyn Running>>,
    exposition: Exposition,
    progress: Progress,
    origin: Origin,
}

/// The progress of a shutdown that several threads may ask for.
#[derive(Debug, Default)]
struct Progress {
    state: Mutex<ShutdownState>,
    ended: Condvar,
}

#[derive(Debug, Default)]
enum ShutdownState {
    #[default]
    NotStarted,
    /// A thread shuts down until this deadline.
    Stopping(Deadline),
    Ended(ShutdownReport),
}

impl Progress {
    /// Returns the end of the shutdown to the first caller, who has to shut down. Other callers wait
    /// for its result, each at most until its own deadline, and get that.
    fn begin(&self, deadline: Duration) -> Result<ShutdownEnd<'_>, ShutdownReport> {
        let due = Deadline::after(deadline);
        let late = Deadline::after(deadline.saturating_add(OVERRUN));
        let mut state = lock(&self.state);
        loop {
            let last = match &*state {
                ShutdownState::NotStarted => {
                    *state = ShutdownState::Stopping(due);
                    return Ok(ShutdownEnd::new(self, deadline));
                }
                ShutdownState::Ended(report) => return Err(report.clone()),
                // An earlier shutdown with a nearer deadline keeps it, or nearly so.
                ShutdownState::Stopping(first_is_due) if *first_is_due <= due => late,
                ShutdownState::Stopping(_) => due,
            };
            let left = last.left();
            if left.is_zero() {
                return Err(still_running(deadline));
            }
            state = ignore_poison(self.ended.wait_timeout(state, left)).0;
        }
    }
}

fn still_running(deadline: Duration) -> ShutdownReport {
    let result = Err(Undelivered::still_running(deadline));
    ShutdownReport::new(result, OpenSpans::default())
}

fn panicked(deadline: Duration) -> ShutdownReport {
    let part = UndeliveredPart {
        error: Some("the shutdown panicked".to_owned()),
        ..UndeliveredPart::new("exporters", "telemetry", 0)
    };
    let result = Undelivered::check(vec![part], deadline);
    ShutdownReport::new(result, OpenSpans::default())
}

/// The end of a shutdown, which hands its report to those who wait, also after a panic.
struct ShutdownEnd<'p> {
    progress: &'p Progress,
    report: ShutdownReport,
}

impl<'p> ShutdownEnd<'p> {
    fn new(progress: &'p Progress, deadline: Duration) -> Self {
        Self {
            progress,
            report: panicked(deadline),
        }
    }
}

impl Drop for ShutdownEnd<'_> {
    fn drop(&mut self) {
        *lock(&self.progress.state) = ShutdownState::Ended(self.report.clone());
        self.progress.ended.notify_all();
    }
}

impl Shutdown {
    pub(super) fn new(running: Vec<Box<dyn Running>>, exposition: Exposition) -> Self {
        Self {
            running,
            exposition,
            progress: Progress::default(),
            origin: Origin::here(),
        }
    }

    fn run(&self, deadline: Duration) -> ShutdownReport {
        if self.origin.is_forked() {
            return self.abandoned(deadline);
        }
        match self.progress.begin(deadline) {
            Err(earlier) => earlier,
            Ok(mut ending) => {
                ending.report = self.shut_down_all(deadline);
                ending.report.clone()
            }
        }
    }

    /// Ends the signals in a process that was forked from the one that started them: their threads
    /// do not exist here, and the parent delivers what is queued.
    fn abandoned(&self, deadline: Duration) -> ShutdownReport {
        let parts = self.running.iter();
        let parts = parts.flat_map(|signal| parts_of(signal.shut_down(Duration::ZERO)));
        let result = Undelivered::check(parts.collect(), deadline);
        ShutdownReport::new(result, OpenSpans::default())
    }

    /// The log ends last, so that it has what the others could not deliver.
    fn shut_down_all(&self, deadline: Duration) -> ShutdownReport {
        let due = Deadline::after(deadline);
        self.exposition.log_unregistered();
        let first = deadline.saturating_sub((deadline / 5).min(KEPT_FOR_THE_LOG));
        let before = self.losses();
        let stop = |signal: &dyn Running, left| signal.shut_down(left);
        let mut undelivered = at_once(THREAD, first, self.in_order(Order::Together), stop);
        let open_spans = self.open_spans();
        let losses = with_outcome(before, &self.losses());
        let report = |parts| {
            let result = Undelivered::check(parts, deadline);
            let report = ShutdownReport::new(result, open_spans.clone());
            report.with_losses(losses.clone(), deadline)
        };
        report(undelivered.clone()).log();
        for last in self.in_order(Order::Last) {
            undelivered.extend(parts_of(last.shut_down(due.left())));
        }
        report(undelivered)
    }

    /// Delivers what all signals have now, and keeps them running.
    pub(super) fn flush(&self, limit: Duration) -> Result<(), Undelivered> {
        let signals = self.running.iter().map(AsRef::as_ref).collect();
        let flush = |signal: &dyn Running, left| signal.flush(left);
        Undelivered::check(at_once("glyph-flush", limit, signals, flush), limit)
    }

    /// Returns what was lost so far.
    fn losses(&self) -> Vec<Loss> {
        let signals = self.running.iter();
        signals.flat_map(|signal| signal.losses()).collect()
    }

    fn open_spans(&self) -> OpenSpans {
        let signals = self.running.iter().map(|signal| signal.open_spans());
        signals.max_by_key(|open| open.count).unwrap_or_default()
    }

    fn in_order(&self, order: Order) -> Vec<&dyn Running> {
        let running = self.running.iter().map(AsRef::as_ref);
        running.filter(|signal| signal.order() == order).collect()
    }
}

/// Returns the losses before a shutdown. An exporter fails if it does so after the shutdown: what was
/// left may have been delivered.
fn with_outcome(mut before: Vec<Loss>, after: &[Loss]) -> Vec<Loss> {
    for loss in &mut before {
        let mut of_same = after.iter().filter(|other| other.is_of_same(loss));
        loss.is_failing = of_same.any(|other| other.is_failing);
    }
    before
}

impl Telemetry {
    /// Returns the signals that have started.
    pub(super) fn signals(&self) -> &[Box<dyn Running>] {
        &self.shutdown.running
    }

    /// Returns the running signal of this type.
    pub(super) fn running<R: Running>(&self) -> Option<&R> {
        signals::find_running(self.signals())
    }

    /// Shuts down what [`TelemetryBuilder::install`](crate::TelemetryBuilder::install) started,
    /// within five seconds.
    ///
    /// Readiness turns to 503, and the listener stops while spans, metrics and log records are
    /// exported. The log and the audit trail are written last.
    ///
    /// It works under any runtime, and blocks none of its threads. Without a runtime, use
    /// [`Telemetry::shutdown_blocking`]. Metrics are still recorded afterwards, and
    /// [`Telemetry::render`] still returns them.
    ///
    /// A second call waits for the first and returns the same result. It returns earlier if its own
    /// deadline passes.
    ///
    /// Items that were not delivered by the deadline are lost. The log has it, with the URL and the last
    /// error, and the [`ShutdownReport`] as well.
    pub async fn shutdown(&self) -> ShutdownReport {
        self.shutdown_within(DEADLINE).await
    }

    /// Shuts down as [`Telemetry::shutdown`] does, within the given deadline.
    pub async fn shutdown_within(&self, deadline: Duration) -> ShutdownReport {
        let (done, report) = oneshot::channel();
        let shutdown = Arc::clone(&self.shutdown);
        let started = thread::Builder::new()
            .name(THREAD.to_owned())
            .spawn(move || done.send(shutdown.run(deadline)));
        if started.is_ok()
            && let Ok(report) = report.await
        {
            return report;
        }
        // No thread could be started, so this one has to block.
        self.shutdown.run(deadline)
    }

    /// Shuts down as [`Telemetry::shutdown`] does, in code that is not asynchronous, such as a
    /// destructor.
    ///
    /// It blocks the calling thread for at most `deadline`. It may be called inside a runtime.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("worker").build()?;
    /// let report = telemetry.shutdown_blocking(Duration::from_secs(5));
    /// assert!(report.is_complete(), "{report}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn shutdown_blocking(&self, deadline: Duration) -> ShutdownReport {
        self.shutdown.run(deadline)
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        let _no_caller_to_report_to = self.shutdown.run(DROP_DEADLINE);
        if self.shutdown.origin.is_forked() {
            // The handles of threads would wait for locks that those may have held at the fork.
            mem::forget(Arc::clone(&self.shutdown));
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use std::{
        panic,
        sync::{Arc, Mutex, mpsc},
        thread,
        time::{Duration, Instant},
    };

    use glyph_core::{__runtime::lock, catalog::Registry};

    use super::{Order, Running, Shutdown, Undelivered};
    use crate::{expose::Exposition, resource::Resource};

    const LONG: Duration = Duration::from_secs(30);

    /// A signal that waits until its sender is dropped, and then panics.
    #[derive(Debug)]
    struct Fails {
        asked: mpsc::Sender<()>,
        wait: Mutex<mpsc::Receiver<()>>,
    }

    impl Running for Fails {
        fn order(&self) -> Order {
            Order::Together
        }

        fn shut_down(&self, _deadline: Duration) -> Result<(), Undelivered> {
            let _first_asks = self.asked.send(());
            let _dropped = lock(&self.wait).recv();
            panic::resume_unwind(Box::new("the signal fails"));
        }
    }

    #[test]
    fn waits_for_a_shutdown_end_if_it_overruns_or_panics() {
        let (go, wait) = mpsc::channel();
        let (asked, was_asked) = mpsc::channel();
        let wait = Mutex::new(wait);
        let registry = Registry::new([]).unwrap();
        let resource = Resource::new("test", None, None, &[]);
        let exposition = Exposition::new(registry, &resource, None);
        let running: Vec<Box<dyn Running>> = vec![Box::new(Fails { asked, wait })];
        let shutdown = Arc::new(Shutdown::new(running, exposition));
        let first = Arc::clone(&shutdown);
        let first = thread::spawn(move || first.run(Duration::ZERO));
        was_asked.recv_timeout(LONG).unwrap();

        let begun = Instant::now();
        let overrun = shutdown.run(Duration::from_millis(10)).to_string();
        assert!(begun.elapsed() < LONG / 2);
        assert!(overrun.contains("still running"), "{overrun}");

        drop(go);
        assert!(first.join().is_err());
        let ended = shutdown.run(LONG).to_string();
        assert!(ended.contains("the shutdown panicked"), "{ended}");
    }
}
