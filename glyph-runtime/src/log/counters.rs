//! Counts of log lines.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use tracing::Level;

/// Counts of a log, readable at any time from any thread.
#[derive(Clone, Debug, Default)]
pub struct Counters(Arc<Cells>);

#[derive(Debug, Default)]
struct Cells {
    written: AtomicU64,
    queue_full: [AtomicU64; 5],
    write_failed: AtomicU64,
    shut_down: AtomicU64,
    audit_written: AtomicU64,
    audit_failures: AtomicU64,
    audit_lost: AtomicU64,
}

/// The counts at one moment. They never decrease.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Lines written.
    pub written: u64,
    /// Lines not written.
    pub dropped: Dropped,
    /// Audit lines written.
    pub audit_written: u64,
    /// Failed writes and syncs of the audit trail. Writes are tried again.
    pub audit_failures: u64,
    /// Audit lines given up at or after shutdown.
    pub audit_lost: u64,
}

/// Lines not written, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// The output was slower than the program.
    pub queue_full: ByLevel,
    /// The output rejected them: a closed pipe, a full disk.
    pub write_failed: u64,
    /// They came after shutdown, or were not written by its deadline.
    pub shut_down: u64,
}

impl Dropped {
    /// Returns the sum.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.queue_full.total() + self.write_failed + self.shut_down
    }
}

/// One count for each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByLevel {
    /// Lines at ERROR.
    pub error: u64,
    /// Lines at WARN.
    pub warn: u64,
    /// Lines at INFO.
    pub info: u64,
    /// Lines at DEBUG.
    pub debug: u64,
    /// Lines at TRACE.
    pub trace: u64,
}

impl ByLevel {
    /// Returns the sum.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.error + self.warn + self.info + self.debug + self.trace
    }
}

impl Counters {
    /// Returns the counts of this moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let cells = &*self.0;
        let [error, warn, info, debug, trace] =
            cells.queue_full.each_ref().map(|cell| cell.load(Relaxed));
        Snapshot {
            written: cells.written.load(Relaxed),
            dropped: Dropped {
                queue_full: ByLevel {
                    error,
                    warn,
                    info,
                    debug,
                    trace,
                },
                write_failed: cells.write_failed.load(Relaxed),
                shut_down: cells.shut_down.load(Relaxed),
            },
            audit_written: cells.audit_written.load(Relaxed),
            audit_failures: cells.audit_failures.load(Relaxed),
            audit_lost: cells.audit_lost.load(Relaxed),
        }
    }

    pub(super) fn written(&self, lines: u64) {
        self.0.written.fetch_add(lines, Relaxed);
    }

    pub(super) fn queue_full(&self, level: Level) {
        let [error, warn, info, debug, trace] = &self.0.queue_full;
        let cell = match level {
            Level::ERROR => error,
            Level::WARN => warn,
            Level::INFO => info,
            Level::DEBUG => debug,
            Level::TRACE => trace,
        };
        cell.fetch_add(1, Relaxed);
    }

    pub(super) fn write_failed(&self, lines: u64) {
        self.0.write_failed.fetch_add(lines, Relaxed);
    }

    pub(super) fn shut_down(&self, lines: u64) {
        self.0.shut_down.fetch_add(lines, Relaxed);
    }

    pub(super) fn audit_written(&self, lines: u64) {
        self.0.audit_written.fetch_add(lines, Relaxed);
    }

    pub(super) fn audit_failed(&self) {
        self.0.audit_failures.fetch_add(1, Relaxed);
    }

    pub(super) fn audit_lost(&self, lines: u64) {
        self.0.audit_lost.fetch_add(lines, Relaxed);
    }
}
