//! Counts of reads that failed.

use std::{ptr, sync::Mutex};

use crate::{Label, metric::Metric, sync::lock_unless_lost};

/// The reason why a function did not set its metric.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(name = "reason", crate = crate)]
pub enum FailureReason {
    /// It ran longer than the limit.
    Slow,
    /// It panicked.
    Panicked,
    /// It did not run, because an earlier one was slow or no thread started.
    Skipped,
    /// There were too many functions.
    Limit,
}

/// The number of reasons.
const REASONS: usize = 4;

/// The counts by metric, at most one entry for each declared metric.
static FAILURES: Mutex<Vec<(&'static Metric, [u64; REASONS])>> = Mutex::new(Vec::new());

/// Counts a read that failed.
pub(super) fn count(metric: &'static Metric, reason: FailureReason) {
    let Some(mut failures) = lock_unless_lost(&FAILURES) else {
        return;
    };
    let index = failures
        .iter()
        .position(|(known, _)| ptr::eq(*known, metric));
    let index = index.unwrap_or_else(|| {
        failures.push((metric, [0; REASONS]));
        failures.len() - 1
    });
    let count = failures.get_mut(index);
    if let Some(count) = count.and_then(|(_, counts)| counts.get_mut(reason as usize)) {
        *count += 1;
    }
}

/// Passes the metric, the reason and the count of failed reads to `read`.
#[doc(hidden)]
pub fn read_failures(mut read: impl FnMut(&'static Metric, &'static str, u64)) {
    let Some(failures) = lock_unless_lost(&FAILURES) else {
        return;
    };
    let reasons = FailureReason::VALUES.unwrap_or_default();
    for (metric, counts) in failures.iter() {
        for (reason, count) in reasons.iter().zip(counts) {
            if *count > 0 {
                read(metric, reason, *count);
            }
        }
    }
}
