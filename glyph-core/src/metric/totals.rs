//! The totals of a series: the sums of the cells of all threads.

use std::{
    iter,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use super::{Metric, Scale, ScopeCells};
use crate::descriptor::Kind;

/// How the values of a cell add up.
#[derive(Clone, Copy)]
enum Number {
    /// Integers that only rise. Their sum stops at the greatest value, so that it never falls.
    Count,
    Float,
}

impl Metric {
    /// Reads a series: in the current scope, or outside of scopes.
    #[doc(hidden)]
    pub fn read(&self, series: usize, cells: &mut Vec<u64>) {
        let target = self.parts.cells.target_cells();
        self.read_in(target.map(|target| target.cells), series, cells);
    }

    /// Reads a series, in a scope or outside of scopes, and adds up the cells of all threads.
    pub(crate) fn read_in(&self, scope: Option<&ScopeCells>, series: usize, cells: &mut Vec<u64>) {
        cells.clear();
        self.read_more(scope, series, cells);
    }

    /// Reads a series and adds it to what was read before.
    pub(crate) fn read_more(
        &self,
        scope: Option<&ScopeCells>,
        series: usize,
        cells: &mut Vec<u64>,
    ) {
        cells.resize(self.values(), 0);
        if self.parts.descriptor.kind == Kind::Gauge {
            let value = self.gauge_value(scope, series);
            return self.add_cells(cells, &[value.to_bits()]);
        }
        if let Some(scope) = scope {
            return self.add_up(cells, scope.cells(self, series));
        }
        for slab in self.parts.cells.slabs() {
            self.add_up(cells, slab.get(self.cells_of(series)).unwrap_or_default());
        }
    }

    /// Adds the values of one series to those of another.
    pub(crate) fn add_cells(&self, totals: &mut [u64], cells: &[u64]) {
        for (index, (total, bits)) in totals.iter_mut().zip(cells).enumerate() {
            *total = self.number_at(index).plus(*total, *bits);
        }
    }

    fn add_up(&self, totals: &mut [u64], cells: &[AtomicU64]) {
        for (index, (total, cell)) in totals.iter_mut().zip(cells).enumerate() {
            // Each cell is exact, but not all are of the same moment: a reader does not stop
            // writers.
            *total = self.number_at(index).plus(*total, cell.load(Relaxed));
        }
    }

    fn number_at(&self, index: usize) -> Number {
        match (self.parts.descriptor.kind, self.scale) {
            (Kind::Gauge, _) => Number::Float,
            (Kind::Histogram, Scale::Float) if index == self.width - 1 => Number::Float,
            _ => Number::Count,
        }
    }

    /// Returns the value of a gauge.
    fn gauge_value(&self, scope: Option<&ScopeCells>, series: usize) -> f64 {
        let Some(scope) = scope else {
            let cells = self.parts.cells.slabs();
            let cells = cells.filter_map(|slab| slab.get(self.cells_of(series)));
            return self.state().gauge_value(series, cells);
        };
        let cells = iter::once(scope.cells(self, series));
        let state = scope.state(self);
        state.map_or(0.0, |state| state.gauge_value(series, cells))
    }
}

impl Number {
    fn plus(self, total: u64, bits: u64) -> u64 {
        match self {
            Self::Count => total.saturating_add(bits),
            Self::Float => {
                let sum = f64::from_bits(total) + f64::from_bits(bits);
                if sum.is_finite() {
                    sum.to_bits()
                } else {
                    total
                }
            }
        }
    }
}
