//! A function that a metric is read from.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{
        AtomicBool, AtomicU64,
        Ordering::{Acquire, Relaxed, Release},
    },
};

use super::{
    failures::{FailureReason, count},
    target::Target,
};

/// A function and the series that it sets.
pub(super) struct Function {
    pub(super) target: Target,
    source: Source,
    is_running: AtomicBool,
    /// Whether it has run beyond the limit, and still does.
    is_slow: AtomicBool,
    is_removed: AtomicBool,
}

/// Where the number comes from.
pub(super) enum Source {
    Gauge(Box<dyn Fn() -> f64 + Send + Sync>),
    /// A total, `None` if it is below zero, and the total that was read before.
    Counter(Box<dyn Fn() -> Option<u64> + Send + Sync>, AtomicU64),
}

impl Function {
    pub(super) const fn new(target: Target, source: Source) -> Self {
        Self {
            target,
            source,
            is_running: AtomicBool::new(false),
            is_slow: AtomicBool::new(false),
            is_removed: AtomicBool::new(false),
        }
    }

    /// Calls the function and sets the metric. At most one thread does so at a time.
    pub(super) fn run(&self) {
        if self.is_removed.load(Relaxed) || self.is_running.swap(true, Acquire) {
            return;
        }
        let read = AssertUnwindSafe(|| self.target.surround(|| self.read()));
        if catch_unwind(read).is_err() {
            count(self.target.metric(), FailureReason::Panicked);
        }
        self.is_slow.store(false, Relaxed);
        self.is_running.store(false, Release);
    }

    fn read(&self) {
        match &self.source {
            Source::Gauge(function) => {
                let value = function();
                self.record(|| {
                    self.target
                        .record(|metric, series| metric.set(series, value));
                });
            }
            Source::Counter(function, last) => {
                let Some(total) = function() else {
                    return self.record(|| self.target.metric().reject());
                };
                let before = last.swap(total, Relaxed);
                // A total that falls began again at zero, as in PromQL's `rate`.
                let rise = total.checked_sub(before).unwrap_or(total);
                self.record(|| {
                    self.target
                        .record(|metric, series| metric.add_units(series, rise));
                });
            }
        }
    }

    fn record(&self, record: impl FnOnce()) {
        if !self.is_removed.load(Relaxed) {
            record();
        }
    }

    /// Whether a call has not returned within its limit, and still runs.
    pub(super) fn is_slow(&self) -> bool {
        self.is_slow.load(Relaxed) && self.is_running.load(Relaxed)
    }

    /// Notes and counts that the limit has passed. `reached` is whether the function was called.
    pub(super) fn missed(&self, reached: bool) {
        let reason = if reached && self.is_running.load(Relaxed) {
            self.is_slow.store(true, Relaxed);
            FailureReason::Slow
        } else {
            FailureReason::Skipped
        };
        count(self.target.metric(), reason);
    }

    /// Makes a call that still runs set nothing.
    pub(super) fn remove(&self) {
        self.is_removed.store(true, Relaxed);
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Function")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
