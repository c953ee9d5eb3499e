//! The cells that a catalog has for one scope.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use super::{Metric, MetricState, slab::Slab};
use crate::catalog::Kind;

/// Cells of a catalog for the metrics that are recorded in one scope. Threads share them, and there are none until
/// something is recorded.
#[derive(Debug)]
pub(crate) struct Block {
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

impl Block {
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

    /// A row's cells, which are present from now on, and what changes beside them.
    pub(super) fn row(&self, metric: &Metric, row: usize) -> Option<(&[AtomicU64], &MetricState)> {
        let contents = self.contents();
        let state = contents.states.get(metric.parts.index)?;
        let cells = contents.slab.cells().get(metric.cells_of(row))?;
        state.appear_row(metric, row);
        Some((cells, state))
    }

    /// A row's cells, for reading; none where nothing was recorded.
    pub(super) fn cells(&self, metric: &Metric, row: usize) -> &[AtomicU64] {
        let contents = self.contents.get();
        contents
            .and_then(|contents| contents.slab.cells().get(metric.cells_of(row)))
            .unwrap_or_default()
    }

    /// What changes about a metric beside its cells, if anything was recorded.
    pub(crate) fn state(&self, metric: &Metric) -> Option<&MetricState> {
        self.contents.get()?.states.get(metric.parts.index)
    }

    /// Whether something that was added to a gauge has not been taken from it.
    ///
    /// A gauge that is set tells of the past as well as of now, and does not count.
    pub(crate) fn is_live(&self, metrics: &[Metric]) -> bool {
        let live = |metric: &Metric, state: &MetricState| {
            let rows = 0..metric.rows;
            metric.parts.descriptor.kind == Kind::Gauge
                && !state.was_set.load(Relaxed)
                && rows
                    .flat_map(|row| self.cells(metric, row))
                    .any(|cell| f64::from_bits(cell.load(Relaxed)) != 0.0)
        };
        let mut metrics = metrics.iter();
        metrics.any(|metric| self.state(metric).is_some_and(|state| live(metric, state)))
    }

    /// Forgets everything. Nobody records or reads meanwhile.
    pub(crate) fn clear(&self) {
        if let Some(contents) = self.contents.get() {
            for cell in contents.slab.cells() {
                cell.store(0, Relaxed);
            }
            contents.states.iter().for_each(MetricState::clear);
        }
    }
}
