//! The cells that a catalog has for one scope.

use std::{
    iter,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::{Metric, MetricState, slab::Slab};
use crate::descriptor::Kind;

/// Cells of a catalog for the metrics that are recorded in one scope. Threads share them, and there are none until
/// something is recorded.
#[doc(hidden)]
#[derive(Debug)]
pub struct ScopeCells {
    slots: usize,
    metrics: usize,
    contents: OnceLock<Contents>,
}

#[derive(Debug)]
struct Contents {
    slab: Slab,
    /// Of each metric of the catalog.
    states: Box<[MetricState]>,
}

impl ScopeCells {
    pub(crate) const fn new(slots: usize, metrics: usize) -> Self {
        Self {
            slots,
            metrics,
            contents: OnceLock::new(),
        }
    }

    /// The cells, for recording.
    fn contents(&self) -> &Contents {
        self.contents.get_or_init(|| Contents {
            slab: Slab::zeroed(self.slots),
            states: (0..self.metrics).map(|_| MetricState::new()).collect(),
        })
    }

    /// A series' cells, which are present from now on, and what changes beside them.
    pub(super) fn series(
        &self,
        metric: &Metric,
        series: usize,
    ) -> Option<(&[AtomicU64], &MetricState)> {
        let contents = self.contents();
        let state = contents.states.get(metric.parts.index)?;
        let cells = contents.slab.cells().get(metric.cells_of(series))?;
        state.appear_series(metric, series);
        Some((cells, state))
    }

    /// A series' cells, for reading; none where nothing was recorded.
    pub(super) fn cells(&self, metric: &Metric, series: usize) -> &[AtomicU64] {
        let contents = self.contents.get();
        contents
            .and_then(|contents| contents.slab.cells().get(metric.cells_of(series)))
            .unwrap_or_default()
    }

    /// What changes about a metric beside its cells, if anything was recorded.
    pub(crate) fn state(&self, metric: &Metric) -> Option<&MetricState> {
        self.contents.get()?.states.get(metric.parts.index)
    }

    /// The series of a metric that something was recorded in, and those that appear with them.
    fn recorded_series(&self, metric: &Metric) -> impl Iterator<Item = usize> {
        let state = self.state(metric);
        let group = metric.group.max(1);
        let next = move |from| state.and_then(|state| state.appeared_from(from));
        let recorded = iter::successors(next(0), move |last| next(last + 1));
        recorded.flat_map(move |of| of * group..(of + 1) * group)
    }

    /// Whether something that was added to a gauge has not been taken from it.
    ///
    /// A gauge that is set tells of the past as well as of now, and does not count.
    pub(crate) fn is_live(&self, metrics: &[Metric]) -> bool {
        let was_set = |metric| {
            let state: Option<&MetricState> = self.state(metric);
            state.is_some_and(|state| state.was_set.load(Relaxed))
        };
        let is_open = |cell: &AtomicU64| f64::from_bits(cell.load(Relaxed)) != 0.0;
        let gauges = metrics
            .iter()
            .filter(|metric| metric.parts.descriptor.kind == Kind::Gauge && !was_set(metric));
        gauges
            .flat_map(|gauge| {
                self.recorded_series(gauge)
                    .flat_map(|series| self.cells(gauge, series))
            })
            .any(is_open)
    }

    /// Forgets everything, and touches no memory that was not recorded in. Nobody records or reads meanwhile.
    pub(crate) fn clear(&self, metrics: &[Metric]) {
        for metric in metrics {
            let Some(state) = self.state(metric) else {
                return;
            };
            for series in self.recorded_series(metric) {
                for cell in self.cells(metric, series) {
                    cell.store(0, Relaxed);
                }
                state.forget_exemplars(metric, series);
            }
            state.clear();
        }
    }
}
