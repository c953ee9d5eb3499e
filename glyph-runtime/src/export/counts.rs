//! Counts of an exporter.

use super::ExportFailure;
use crate::origin::Origin;
use std::{
    fmt::Display,
    sync::{
        Mutex, MutexGuard, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// Bucket bounds of the time until a batch was exported or given up, in seconds.
pub(super) const DURATION_BOUNDS: [f64; 9] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0, 30.0];
/// The number of buckets, with the infinite one.
const DURATION_BUCKETS: usize = DURATION_BOUNDS.len() + 1;

/// The reason why items were not exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// The queue had no room, in number or in bytes.
    QueueFull,
    /// The export took longer than its time limit.
    Timeout,
    /// The collector rejected the items.
    Rejected,
    /// The items could not be sent or written, after all attempts.
    Failed,
    /// The exporter panicked.
    Panicked,
    /// The deadline of the shutdown passed, the items came after the shutdown, or the process was
    /// forked from the one that exports.
    Shutdown,
}

impl DropReason {
    /// All reasons.
    pub const ALL: [Self; 6] = [
        Self::QueueFull,
        Self::Timeout,
        Self::Rejected,
        Self::Failed,
        Self::Panicked,
        Self::Shutdown,
    ];

    /// Returns the label value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Timeout => "timeout",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Shutdown => "shutdown",
        }
    }
}

/// Counts of one exporter, while it works.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    exported: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
    failures: AtomicU64,
    /// The number of batches, by their duration.
    durations: [AtomicU64; DURATION_BUCKETS],
    export_nanoseconds: AtomicU64,
    kept: Mutex<Failures>,
    origin: Origin,
    /// The URL of the destination, if it has one.
    url: OnceLock<String>,
}

#[derive(Debug, Default)]
struct Failures {
    last: Option<ExportFailure>,
    /// The last one, if nothing was delivered since.
    since_success: Option<ExportFailure>,
}

impl Counts {
    pub(crate) fn exported(&self, items: u64) {
        self.exported.fetch_add(items, Relaxed);
    }

    pub(crate) fn dropped(&self, reason: DropReason, items: u64) {
        if let Some(count) = self.dropped.get(reason as usize) {
            count.fetch_add(items, Relaxed);
        }
    }

    /// Counts a failed attempt of an exporter without a URL.
    pub(crate) fn failed(&self, error: &dyn Display) {
        self.failed_with(ExportFailure::new(error));
    }

    /// Counts a failed attempt.
    pub(crate) fn failed_with(&self, failure: ExportFailure) {
        self.failures.fetch_add(1, Relaxed);
        self.keep(failure);
    }

    /// Keeps why items were lost.
    pub(crate) fn keep(&self, failure: ExportFailure) {
        if let Some(mut kept) = self.kept() {
            kept.last = Some(failure.clone());
            kept.since_success = Some(failure);
        }
    }

    /// Keeps that a batch was delivered as a whole: earlier failures explain no later loss.
    pub(super) fn delivered(&self) {
        if let Some(mut kept) = self.kept() {
            kept.since_success = None;
        }
    }

    /// Keeps the URL of the destination.
    pub(super) fn sends_to(&self, url: Option<&str>) {
        if let Some(url) = url {
            self.url.get_or_init(|| url.to_owned());
        }
    }

    pub(super) fn url(&self) -> Option<&str> {
        self.url.get().map(String::as_str)
    }

    /// Keeps a failure of another exporter that prevents attempts of this one, unless there is one
    /// of its own.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) fn prevented_by(&self, failure: Option<ExportFailure>) {
        if let Some(mut kept) = self.kept()
            && kept.since_success.is_none()
        {
            kept.last = failure.clone().or(kept.last.take());
            kept.since_success = failure;
        }
    }

    /// Locks the failures. `None` in a forked process that has lost the lock.
    fn kept(&self) -> Option<MutexGuard<'_, Failures>> {
        self.origin.lock(&self.kept)
    }

    /// Returns the last failed attempt.
    pub(crate) fn last_failure(&self) -> Option<ExportFailure> {
        self.kept()?.last.clone()
    }

    /// Returns the last failed attempt, unless a batch was delivered after it.
    pub(super) fn failure_since_success(&self) -> Option<ExportFailure> {
        self.kept()?.since_success.clone()
    }

    pub(crate) fn took(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let seconds = time.as_secs_f64();
        let bucket = DURATION_BOUNDS.partition_point(|bound| *bound < seconds);
        if let Some(count) = self.durations.get(bucket) {
            count.fetch_add(1, Relaxed);
        }
        self.export_nanoseconds.fetch_add(nanoseconds, Relaxed);
    }

    pub(crate) fn snapshot(&self, exporter: &'static str) -> ExportCounts {
        let dropped = DropReason::ALL.map(|reason| {
            let count = self.dropped.get(reason as usize);
            (reason, count.map_or(0, |count| count.load(Relaxed)))
        });
        let durations = self.durations.each_ref().map(|count| count.load(Relaxed));
        ExportCounts {
            exporter,
            exported: self.exported.load(Relaxed),
            dropped,
            failures: self.failures.load(Relaxed),
            exports: durations.iter().sum(),
            durations,
            export_time: Duration::from_nanos(self.export_nanoseconds.load(Relaxed)),
            queue_length: 0,
            queue_capacity: 0,
            last_error: self.last_failure().map(|failure| failure.cause),
        }
    }
}

/// Counts of one exporter at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportCounts {
    /// `otlp`, `file`, or the name that the program gave it.
    pub exporter: &'static str,
    /// Spans, data points or log records exported.
    pub exported: u64,
    /// Items dropped, by reason.
    pub dropped: [(DropReason, u64); DropReason::ALL.len()],
    /// Failed attempts. A batch may be tried again.
    pub failures: u64,
    /// Batches that were exported or given up.
    pub exports: u64,
    /// The number of those batches, by their duration.
    pub(crate) durations: [u64; DURATION_BUCKETS],
    /// The total duration of those batches, with all attempts and pauses.
    pub export_time: Duration,
    /// Items waiting to be exported.
    pub queue_length: u64,
    /// The most items that may wait.
    pub queue_capacity: u64,
    /// The error of the last failed attempt, at most 256 characters. A collector may have written
    /// it.
    pub last_error: Option<String>,
}

impl ExportCounts {
    /// Returns the items dropped for one reason.
    #[must_use]
    pub fn dropped_for(&self, reason: DropReason) -> u64 {
        let found = self.dropped.iter().find(|(known, _)| *known == reason);
        found.map_or(0, |(_, count)| *count)
    }

    /// Returns the items dropped for any reason.
    #[must_use]
    pub fn dropped_in_all(&self) -> u64 {
        self.dropped.iter().map(|(_, count)| count).sum()
    }
}
