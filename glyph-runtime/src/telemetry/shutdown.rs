//! The end: everything within one deadline, wherever it is called from.

use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use futures_channel::oneshot;

use super::{ShutdownError, Telemetry, Unfinished, pipelines::Pipelines};

/// How long [`Telemetry::shutdown`] takes at most.
const DEADLINE: Duration = Duration::from_secs(5);
/// How long dropping a telemetry that was not shut down takes at most.
const DROP_DEADLINE: Duration = Duration::from_secs(1);
/// What is kept of the deadline for the log, at most: it is ended last, since the ends of the others are told in it.
const KEPT_FOR_THE_LOG: Duration = Duration::from_secs(1);

/// What runs until it is shut down.
pub(super) struct Running {
    pub(super) pipelines: Pipelines,
    #[cfg(feature = "admin")]
    pub(super) health: crate::health::Health,
    #[cfg(feature = "admin")]
    pub(super) listener: Mutex<Option<crate::admin::Listener>>,
    pub(super) progress: Progress,
}

/// How far the shutdown is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Running,
    /// Somebody is at it until then, or for ever.
    Ending(Option<Instant>),
    Ended(Result<(), ShutdownError>),
}

impl Progress {
    /// None for the first who asks, who has to end it. The others wait, but none longer than it was given.
    fn begin(&self, deadline: Duration) -> Option<Result<(), ShutdownError>> {
        let due = Instant::now().checked_add(deadline);
        let mut state = lock(&self.state);
        loop {
            let first_is_due = match &*state {
                State::Running => {
                    *state = State::Ending(due);
                    return None;
                }
                State::Ended(result) => return Some(result.clone()),
                State::Ending(first_is_due) => *first_is_due,
            };
            // One that is due before this one keeps its time.
            let is_sooner =
                first_is_due.is_some_and(|first| due.is_none_or(|second| first <= second));
            let left = due
                .filter(|_| !is_sooner)
                .map(|due| due.saturating_duration_since(Instant::now()));
            state = match left {
                None => self.ended.wait(state),
                Some(Duration::ZERO) => return Some(Err(still_ending(deadline))),
                Some(left) => match self.ended.wait_timeout(state, left) {
                    Ok((state, _)) => Ok(state),
                    Err(poisoned) => Err(PoisonError::new(poisoned.into_inner().0)),
                },
            }
            .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self, result: Result<(), ShutdownError>) {
        *lock(&self.state) = State::Ended(result);
        self.ended.notify_all();
    }
}

fn still_ending(deadline: Duration) -> ShutdownError {
    ShutdownError {
        unfinished: vec![Unfinished::Shutdown],
        deadline,
    }
}

impl Running {
    fn end(&self, deadline: Duration) -> Result<(), ShutdownError> {
        if let Some(result) = self.progress.begin(deadline) {
            return result;
        }
        let unfinished = self.end_all(deadline);
        let result = if unfinished.is_empty() {
            Ok(())
        } else {
            Err(ShutdownError {
                unfinished,
                deadline,
            })
        };
        self.progress.end(result.clone());
        result
    }

    /// The listener and the exporters end at the same time, so that none takes the time of another; then the log.
    fn end_all(&self, deadline: Duration) -> Vec<Unfinished> {
        #[cfg(feature = "admin")]
        self.health.draining();
        let started = Instant::now();
        let first = deadline.saturating_sub((deadline / 5).min(KEPT_FOR_THE_LOG));
        let mut unfinished = at_once(
            first,
            [
                &|deadline| self.end_listener(deadline),
                &|deadline| self.pipelines.end_traces(deadline),
                &|deadline| self.pipelines.end_metrics(deadline),
                &|deadline| self.pipelines.end_log_records(deadline),
            ],
        );
        let left = deadline.saturating_sub(started.elapsed());
        unfinished.extend(self.pipelines.end_log(left));
        unfinished
    }

    #[cfg(feature = "admin")]
    fn end_listener(&self, deadline: Duration) -> Option<Unfinished> {
        let listener = lock(&self.listener).take()?;
        // Without a thread of ours this may be one of a runtime's, which does not wait for another.
        if tokio::runtime::Handle::try_current().is_ok() {
            return Some(Unfinished::Listener);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().ok();
        let all_ended =
            runtime.is_some_and(|runtime| runtime.block_on(listener.shutdown(deadline)));
        (!all_ended).then_some(Unfinished::Listener)
    }

    #[cfg(not(feature = "admin"))]
    #[expect(clippy::unused_self, reason = "there is no listener")]
    fn end_listener(&self, _: Duration) -> Option<Unfinished> {
        None
    }
}

type End<'e> = &'e (dyn Fn(Duration) -> Option<Unfinished> + Sync);

/// Each on a thread of its own, which is in no runtime; what finds no thread has what is left of the time afterwards.
fn at_once<const ENDS: usize>(deadline: Duration, ends: [End<'_>; ENDS]) -> Vec<Unfinished> {
    let started = Instant::now();
    let late = |end: End<'_>| end(deadline.saturating_sub(started.elapsed()));
    thread::scope(|scope| {
        let running = ends.map(|end| {
            let builder = thread::Builder::new().name("glyph-shutdown".to_owned());
            (end, builder.spawn_scoped(scope, move || end(deadline)))
        });
        let ended = running.into_iter().map(|(end, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|_| late(end)),
            Err(_) => late(end),
        });
        ended.flatten().collect()
    })
}

impl Telemetry {
    /// Ends what [`TelemetryBuilder::install`](crate::TelemetryBuilder::install) has begun, within five seconds:
    /// readiness turns to 503, the listener stops while spans, metrics and log records are exported, then the log and the audit trail are written.
    ///
    /// It works under any runtime, however many threads it has, and blocks none of them. Without a runtime there is
    /// [`Telemetry::shutdown_blocking`]. Metrics still count afterwards, and [`Telemetry::page`] still tells them. A
    /// second call waits for the first and tells the same, or, where the first has more time than the second, that it goes on.
    ///
    /// # Errors
    ///
    /// What was not ended by then, and is lost.
    pub async fn shutdown(&self) -> Result<(), ShutdownError> {
        self.shutdown_within(DEADLINE).await
    }

    /// [`Telemetry::shutdown`] with another deadline.
    ///
    /// # Errors
    ///
    /// See [`Telemetry::shutdown`].
    pub async fn shutdown_within(&self, deadline: Duration) -> Result<(), ShutdownError> {
        let (done, result) = oneshot::channel();
        let running = Arc::clone(&self.running);
        let started = thread::Builder::new()
            .name("glyph-shutdown".to_owned())
            .spawn(move || done.send(running.end(deadline)));
        if started.is_ok()
            && let Ok(result) = result.await
        {
            return result;
        }
        // Without a thread there is no choice but to block.
        self.running.end(deadline)
    }

    /// [`Telemetry::shutdown`] for code that is not asynchronous, such as a destructor. It blocks the calling thread
    /// for at most `deadline`; it may be called inside a runtime.
    ///
    /// ```
    /// use std::time::Duration;
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("worker").build()?;
    /// telemetry.shutdown_blocking(Duration::from_secs(5))?;
    /// telemetry.shutdown_blocking(Duration::from_secs(5))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Telemetry::shutdown`].
    pub fn shutdown_blocking(&self, deadline: Duration) -> Result<(), ShutdownError> {
        self.running.end(deadline)
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        let _nobody_is_there_to_tell = self.running.end(DROP_DEADLINE);
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = formatter.debug_struct("Running");
        out.field("pipelines", &self.pipelines);
        #[cfg(feature = "admin")]
        out.field("health", &self.health)
            .field("listener", &self.listener);
        out.finish_non_exhaustive()
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
