//! Recording in gauges.
//!
//! Integers are added to the cells of the thread, in two's complement: they are exact in any order,
//! and add up to the value whatever else was added. Other amounts, and everything that is added to
//! a series after it was set, go to [`GaugeValues`](super::gauge_values::GaugeValues).

use super::{
    Metric, MetricState, ThreadCells,
    amount::whole,
    atomic::cell::{shift_own, step_own},
    slab::Writer,
};

impl Metric {
    /// Adds one or minus one.
    #[inline]
    pub(crate) fn step_by(&'static self, series: usize, by: i64) {
        self.step_in(self.parts.cells.thread_cells(), series, by);
    }

    /// [`Metric::step_by`] for a caller that has looked up the thread's own cells.
    #[inline]
    pub(crate) fn step_in(&'static self, own: ThreadCells, series: usize, by: i64) {
        match own.get(self.parts.first + series) {
            Some(cell) if !self.parts.state.gauge.was_set() => {
                step_own(cell, by);
                // After the value: a reader that finds the series finds its first value too.
                self.appear(series);
            }
            _ => self.shift_slow(series, by),
        }
    }

    /// Adds an integer.
    #[inline]
    pub(crate) fn shift(&'static self, series: usize, by: i64) {
        if !self.shift_own(series, by) {
            self.shift_slow(series, by);
        }
    }

    /// Adds an integer to the cell of the thread, if it has one and the sum fits.
    #[inline]
    fn shift_own(&'static self, series: usize, by: i64) -> bool {
        match self
            .parts
            .cells
            .thread_cells()
            .get(self.parts.first + series)
        {
            Some(cell) if !self.parts.state.gauge.was_set() && shift_own(cell, by) => {
                self.appear(series);
                true
            }
            _ => false,
        }
    }

    /// Adds a number. It is rejected if it or the result is not finite.
    #[doc(hidden)]
    #[inline]
    pub fn add_number(&'static self, series: usize, amount: f64) {
        let added = whole(amount).is_some_and(|whole| self.shift_own(series, whole));
        if !added {
            self.add_number_slow(series, amount);
        }
    }

    #[cold]
    fn add_number_slow(&'static self, series: usize, amount: f64) {
        match whole(amount) {
            Some(whole) if whole.unsigned_abs() < 1 << 51 => self.shift_slow(series, whole),
            _ => self.add_fraction(series, amount),
        }
    }

    /// Adds a number that is not a small integer.
    fn add_fraction(&'static self, series: usize, amount: f64) {
        if !amount.is_finite() || !self.add_separately(series, amount) {
            self.reject();
        }
    }

    /// Returns whether the sum is finite, so that the number was added.
    fn add_separately(&'static self, series: usize, amount: f64) -> bool {
        if let Some((_, state)) = self.scoped(series) {
            return state.add_separately(self, series, amount);
        }
        self.appear(series);
        self.parts.cells.recorded_without_cell();
        self.state().add_separately(self, series, amount)
    }

    /// Sets the gauge. A value that is not finite is rejected.
    #[doc(hidden)]
    pub fn set(&'static self, series: usize, value: f64) {
        if !value.is_finite() {
            return self.reject();
        }
        if let Some((_, state)) = self.scoped(series) {
            return state.gauge.set(self.series_count, series, value);
        }
        let state = self.state();
        if !state.gauge.was_set() {
            self.parts.cells.recorded_without_cell();
        }
        state.gauge.set(self.series_count, series, value);
        self.appear(series);
    }

    #[cold]
    fn shift_slow(&'static self, series: usize, by: i64) {
        let added = match self.scoped(series) {
            Some((writer, state)) => state.shift(self, writer, series, by),
            None => self.state().shift(self, self.unscoped(series), series, by),
        };
        if !added {
            self.reject();
        }
    }
}

impl MetricState {
    /// Adds a number besides the integers in the cells. Returns whether the result is finite.
    fn add_separately(&self, metric: &Metric, series: usize, amount: f64) -> bool {
        let added = self.gauge.add_to_set(series, amount);
        added.unwrap_or_else(|| self.gauge.add(metric.series_count, series, amount))
    }

    /// Adds an integer to the cell of a series, or besides it. Returns whether the result is finite.
    #[expect(
        clippy::cast_precision_loss,
        reason = "integers beyond 2^53 round, as in the exposition"
    )]
    fn shift(&self, metric: &Metric, writer: Writer<'_>, series: usize, by: i64) -> bool {
        let Some(cell) = writer.cells().first() else {
            return true;
        };
        if !self.gauge.was_set_at(series) && writer.shift(cell, by) {
            return true;
        }
        self.add_separately(metric, series, by as f64)
    }
}
