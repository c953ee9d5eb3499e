//! Liveness and readiness, for Kubernetes probes.
//!
//! A process is *live* if it responds at all, and *ready* if all of its checks pass. Checks run
//! only for a readiness probe, at the same time. Probes that arrive during a run, or within a second
//! of its end, share its report.
//!
//! ```
//! use glyph_runtime::Telemetry;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let telemetry = Telemetry::builder("shop")
//!     .check("database", || async { Err("connection refused") })
//!     .build()?;
//! let report = telemetry.health().readiness().await; // as `/readyz` responds
//! assert_eq!(report.to_string(), r#"{"status":"fail","checks":{"database":"fail: connection refused"}}"#);
//! # Ok(())
//! # }
//! ```

mod builder;
mod check;
mod report;

pub use builder::{DuplicateCheck, HealthBuilder};
pub use check::Check;
pub use report::Report;

use glyph_core::__runtime::lock;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use tokio::{runtime::Handle, sync::watch};

/// The default time limit of a check.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// The default time for which a report is shared after the run of the checks.
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(1);

/// The health of a program. Clones share it.
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
    /// The runtime of the checks. Without one, each has a thread of its own.
    runtime: Option<Handle>,
    interval: Duration,
    draining: AtomicBool,
    /// The latest run. It has no report while it runs, and its channel is closed when it has ended.
    latest: Mutex<Option<Run>>,
}

type Run = watch::Receiver<Option<Ended>>;

/// The report of a run, and when the run ended.
#[derive(Clone, Debug)]
struct Ended {
    report: Report,
    at: Instant,
}

impl Health {
    /// Returns a builder without checks.
    pub fn builder() -> HealthBuilder {
        HealthBuilder::default()
    }

    fn new(checks: Vec<Check>, runtime: Option<Handle>, interval: Duration) -> Self {
        Self {
            shared: Arc::new(Shared {
                checks,
                runtime,
                interval,
                draining: AtomicBool::new(false),
                latest: Mutex::new(None),
            }),
        }
    }

    /// Returns the liveness report, which is always ok: the process responds.
    #[must_use]
    pub fn liveness(&self) -> Report {
        Report::ok()
    }

    /// Runs the checks, and returns their results in the order in which they were registered.
    ///
    /// Probes that arrive during a run, or within the [interval](HealthBuilder::interval) after it,
    /// get its report. A run is a separate task on the current tokio runtime, so a probe that is
    /// dropped cancels nothing. The runtime needs its timer enabled.
    ///
    /// Each check is a task as well, on the runtime of [`HealthBuilder::runtime`]. Without one, each
    /// check has a thread of its own, so one that blocks holds up nothing else. A panic or a timeout
    /// is a failure. A check that still runs when the next run starts fails that run, and is not
    /// started again.
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
                .and_then(|ended| ended.as_ref().map(|ended| ended.report.clone())),
            None => None,
        };
        if self.is_draining() {
            return Report::draining();
        }
        report.unwrap_or_else(|| self.interrupted())
    }

    /// Makes readiness fail from now on, without running the checks: the process is about to stop
    /// and accepts no new work.
    pub fn start_draining(&self) {
        self.shared.draining.store(true, Relaxed);
    }

    fn is_draining(&self) -> bool {
        self.shared.draining.load(Relaxed)
    }

    /// Returns a run whose report can be shared, or starts a new one. Returns `None` without a
    /// runtime.
    fn run(&self) -> Option<Run> {
        let mut latest = lock(&self.shared.latest);
        if let Some(run) = latest.as_ref().filter(|run| self.is_shared(run)) {
            return Some(run.clone());
        }
        let runtime = Handle::try_current()
            .ok()
            .or_else(|| self.shared.runtime.clone())?;
        let (end, run) = watch::channel(None);
        let shared = Arc::clone(&self.shared);
        runtime.spawn(async move {
            let report = shared.report().await;
            let at = Instant::now();
            end.send_replace(Some(Ended { report, at }));
        });
        *latest = Some(run.clone());
        Some(run)
    }

    /// Whether the run is under way, or ended a short time ago.
    fn is_shared(&self, run: &Run) -> bool {
        match &*run.borrow() {
            Some(ended) => ended.at.elapsed() < self.shared.interval,
            None => run.has_changed().is_ok(),
        }
    }

    fn interrupted(&self) -> Report {
        let checks = self.shared.checks.iter();
        Report::new(checks.map(|check| (check.shared_name(), Err("interrupted".to_owned()))))
    }
}

/// A health without checks.
impl Default for Health {
    fn default() -> Self {
        Self::new(Vec::new(), None, DEFAULT_INTERVAL)
    }
}

impl Shared {
    async fn report(&self) -> Report {
        let runtime = self.runtime.as_ref();
        let answers = join_all(self.checks.iter().map(|check| check.run(runtime))).await;
        Report::new(self.checks.iter().map(Check::shared_name).zip(answers))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests;
