//! Liveness and readiness, as Kubernetes probes ask for them.
//!
//! A process is *live* if it answers at all, and *ready* if all of its checks pass. Checks run only when
//! readiness is asked for, together, and at most once at a time, however many probes arrive.

mod builder;
mod check;
mod report;

pub use builder::{DuplicateCheck, HealthBuilder};
pub use check::Check;
pub use report::Report;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{runtime::Handle, sync::watch};

/// The time that a check has unless it is given another.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// The health of a program; clones are the same one.
///
/// ```
/// use glyph_runtime::health::Health;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let health = Health::builder()
///     .check("database", || async { Err("connection refused") })
///     .check("providers", || async { Ok::<(), String>(()) })
///     .build()?;
/// assert_eq!(health.liveness().to_string(), r#"{"status":"ok"}"#);
/// assert_eq!(
///     health.readiness().await.to_string(),
///     r#"{"status":"fail","checks":{"database":"fail: connection refused","providers":"ok"}}"#,
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Health {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    checks: Vec<Check>,
    runtime: Option<Handle>,
    draining: AtomicBool,
    /// The latest run: without a report while it is under way, closed once it has ended.
    latest: Mutex<Option<Run>>,
}

type Run = watch::Receiver<Option<Report>>;

impl Health {
    /// Starts to collect checks.
    pub fn builder() -> HealthBuilder {
        HealthBuilder::default()
    }

    fn new(checks: Vec<Check>, runtime: Option<Handle>) -> Self {
        Self {
            shared: Arc::new(Shared {
                checks,
                runtime,
                draining: AtomicBool::new(false),
                latest: Mutex::new(None),
            }),
        }
    }

    /// That the process answers, which is all there is to liveness.
    #[must_use]
    pub fn liveness(&self) -> Report {
        Report::ok()
    }

    /// What the checks say, in the order they were registered.
    ///
    /// Probes that arrive while a run is under way get its report. A run is a task of its own on the
    /// current tokio runtime, which needs its timer, so that a probe that gives up cancels nothing. Each
    /// check is a task as well, on the runtime given to [`HealthBuilder::runtime`] or else the current
    /// one; a panic or a time-out there is a failure. A check that is still busy when the next run starts
    /// fails that run and is not started again.
    pub async fn readiness(&self) -> Report {
        if self.is_draining() {
            return Report::draining();
        }
        if self.shared.checks.is_empty() {
            return Report::ok();
        }
        let report = match self.run() {
            Some(mut run) => run
                .wait_for(Option::is_some)
                .await
                .ok()
                .and_then(|end| end.clone()),
            None => None,
        };
        if self.is_draining() {
            return Report::draining();
        }
        report.unwrap_or_else(|| self.interrupted())
    }

    /// Turns readiness to a failure for good, without asking the checks: the process is about to stop
    /// and wants no new work.
    pub fn start_draining(&self) {
        self.shared.draining.store(true, Relaxed);
    }

    fn is_draining(&self) -> bool {
        self.shared.draining.load(Relaxed)
    }

    /// The run under way, or a new one; `None` where there is no runtime to run it.
    fn run(&self) -> Option<Run> {
        let mut latest = self
            .shared
            .latest
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(run) = &*latest
            && run.has_changed().is_ok()
            && run.borrow().is_none()
        {
            return Some(run.clone());
        }
        let runtime = Handle::try_current()
            .ok()
            .or_else(|| self.shared.runtime.clone())?;
        let (end, run) = watch::channel(None);
        let shared = Arc::clone(&self.shared);
        runtime.spawn(async move {
            let report = shared.report().await;
            end.send_replace(Some(report));
        });
        *latest = Some(run.clone());
        Some(run)
    }

    fn interrupted(&self) -> Report {
        let checks = self.shared.checks.iter();
        Report::new(checks.map(|check| (check.shared_name(), Err("interrupted".to_owned()))))
    }
}

/// A health without checks.
impl Default for Health {
    fn default() -> Self {
        Self::new(Vec::new(), None)
    }
}

impl Shared {
    async fn report(&self) -> Report {
        let runtime = self.runtime.clone().unwrap_or_else(Handle::current);
        let answers = join_all(self.checks.iter().map(|check| check.run(&runtime))).await;
        Report::new(self.checks.iter().map(Check::shared_name).zip(answers))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests;
