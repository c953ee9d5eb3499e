//! The series that a guard or a function records in, on any thread.

use std::ptr;

use crate::{
    isolation::Surrounding,
    metric::Metric,
    scope::{ScopeLease, current_lease, entering},
};

/// A series, in the scope and the capture of the code that chose it.
#[derive(Debug)]
pub(super) struct Target {
    metric: &'static Metric,
    series: usize,
    scope: Option<ScopeLease>,
    surrounding: Surrounding,
}

impl Target {
    pub(super) fn new(metric: &'static Metric, series: usize) -> Self {
        Self {
            metric,
            series,
            scope: current_lease(metric.parts.cells),
            surrounding: Surrounding::current(),
        }
    }

    pub(super) const fn metric(&self) -> &'static Metric {
        self.metric
    }

    /// Whether this is the same series.
    pub(super) fn is(&self, other: &Self) -> bool {
        let scopes = match (&self.scope, &other.scope) {
            (None, None) => true,
            (Some(scope), Some(other)) => scope.is(other.active()),
            _ => false,
        };
        let of_metric = ptr::eq(self.metric, other.metric) && self.series == other.series;
        of_metric && scopes && self.surrounding.is(&other.surrounding)
    }

    /// Whether the running code is in the same capture, or neither is in one.
    pub(super) fn is_visible(&self) -> bool {
        self.surrounding.is(&Surrounding::current())
    }

    /// Runs code in the capture.
    pub(super) fn surround<R>(&self, work: impl FnOnce() -> R) -> R {
        self.surrounding.run(work)
    }

    /// Runs code that records in the series.
    pub(super) fn record(&self, work: impl FnOnce(&'static Metric, usize)) {
        self.surrounding.run(|| {
            let _scope = entering(self.metric.parts.cells, self.scope.as_ref());
            work(self.metric, self.series);
        });
    }
}
