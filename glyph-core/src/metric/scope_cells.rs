//! The cells that a catalog has for one scope.

use std::{
    iter,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use super::{Metric, MetricState, slab::Slab};
use crate::{descriptor::Kind, sync::get_or_create};

/// The cells of a catalog for one scope. Threads share them. The first recording allocates them.
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
    /// One for each metric of the catalog.
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

    /// Returns the cells for recording.
    #[inline]
    fn contents(&self) -> &Contents {
        get_or_create(&self.contents, || Contents {
            slab: Slab::zeroed(self.slots),
            states: (0..self.metrics).map(|_| MetricState::apart()).collect(),
        })
    }

    /// Returns the cells of a series, which is present from now on, and the state next to them.
    pub(super) fn series(
        &self,
        metric: &Metric,
        series: usize,
    ) -> Option<(&[AtomicU64], &MetricState)> {
        let contents = self.contents();
        let state = contents.states.get(metric.parts.index)?;
        let cells = contents.slab.series(metric.cells_of(series))?;
        state.appear_series(metric, series);
        Some((cells, state))
    }

    /// Makes a series present.
    pub(super) fn appear(&self, metric: &Metric, series: usize) {
        if let Some(state) = self.contents().states.get(metric.parts.index) {
            state.appear_series(metric, series);
        }
    }

    /// Returns the cells of a series for reading; empty if nothing was recorded.
    pub(super) fn cells(&self, metric: &Metric, series: usize) -> &[AtomicU64] {
        let contents = self.contents.get();
        contents
            .and_then(|contents| contents.slab.cells().get(metric.cells_of(series)))
            .unwrap_or_default()
    }

    /// Returns the state next to the cells of a metric, if anything was recorded.
    pub(crate) fn state(&self, metric: &Metric) -> Option<&MetricState> {
        self.contents.get()?.states.get(metric.parts.index)
    }

    /// Returns the indices of a metric's series that were recorded in, and of those that appear
    /// with them.
    fn recorded_series(&self, metric: &Metric) -> impl Iterator<Item = usize> {
        let state = self.state(metric);
        let group = metric.group.max(1);
        let next = move |from| state.and_then(|state| state.appeared_from(from));
        let recorded = iter::successors(next(0), move |last| next(last + 1));
        recorded.flat_map(move |of| of * group..(of + 1) * group)
    }

    /// Whether any up-down gauge is not zero.
    ///
    /// A series that was set does not count: its last value would keep the scope forever.
    pub(crate) fn is_live(&self, metrics: &[Metric]) -> bool {
        let gauges = metrics
            .iter()
            .filter(|metric| metric.parts.descriptor.kind == Kind::Gauge);
        let is_live = |gauge: &Metric| {
            self.recorded_series(gauge)
                .any(|series| self.is_up(gauge, series))
        };
        gauges.into_iter().any(is_live)
    }

    /// Whether a series of a gauge was only added to, and is not zero.
    fn is_up(&self, gauge: &Metric, series: usize) -> bool {
        self.state(gauge).is_some_and(|state| {
            state.gauge.value(series).is_none()
                && state.gauge_value(series, iter::once(self.cells(gauge, series))) != 0.0
        })
    }

    /// Resets everything. No other thread may record or read meanwhile.
    ///
    /// Touches only the series that were recorded, because the system commits memory when it is
    /// touched.
    pub(crate) fn clear(&self, metrics: &[Metric]) {
        for metric in metrics {
            let Some(state) = self.state(metric) else {
                return;
            };
            for series in self.recorded_series(metric) {
                for cell in self.cells(metric, series) {
                    cell.store(0, Relaxed);
                }
                state.gauge.clear(series);
                state.forget_exemplars(metric, series);
            }
            state.clear();
        }
    }
}
