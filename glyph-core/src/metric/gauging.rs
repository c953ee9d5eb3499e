//! Recording in gauges.
//!
//! A series has two cells: integers are added to the last, in two's complement, and other numbers to
//! the first. So integers are exact in any order, whatever else was added. Everything that is added to
//! a series after it was set goes to [`GaugeValues`](super::gauge_values::GaugeValues).

use super::{
    Metric, MetricState, ThreadCells,
    atomic::cell::{add_own_float, add_shared_float, fits_own, shift_own},
    slab::Writer,
};

impl Metric {
    /// Adds an integer.
    #[inline]
    pub(crate) fn shift(&'static self, series: usize, by: i64) {
        self.shift_in(self.thread_cells(), series, by);
    }

    /// [`Metric::shift`] for a caller that has looked up the thread's own cells.
    #[inline]
    pub(crate) fn shift_in(&'static self, own: ThreadCells, series: usize, by: i64) {
        match own.get(self.own_index(series) + 1) {
            // After the value: a reader that finds the series finds its first value too.
            Some(cell) if shift_own(cell, by) => self.appear(series),
            _ => self.shift_slow(series, by),
        }
    }

    /// Adds a number. It is rejected if it or the result is not finite.
    #[doc(hidden)]
    #[inline]
    pub fn add_number(&'static self, series: usize, amount: f64) {
        if fits_own(amount)
            && let Some(cell) = self.thread_cells().get(self.own_index(series))
        {
            add_own_float(cell, amount);
            self.appear(series);
        } else {
            self.add_number_slow(series, amount);
        }
    }

    #[cold]
    fn add_number_slow(&'static self, series: usize, amount: f64) {
        let added = match self.scoped(series) {
            Some((Writer::Scoped([cell, _]), state)) if !state.gauge.was_set() => {
                add_shared_float(cell, amount)
            }
            Some((writer, state)) => state.add_number(self, || writer, series, amount),
            None => {
                let writer = || self.unscoped(series);
                self.state().add_number(self, writer, series, amount)
            }
        };
        if !added {
            self.reject();
        }
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
        // After the value: additions look for it from now on.
        if state.is_owned() {
            state.share();
        }
        self.appear(series);
    }

    #[cold]
    fn shift_slow(&'static self, series: usize, by: i64) {
        let added = match self.scoped(series) {
            Some((writer, state)) => state.shift(self, || writer, series, by),
            None => self
                .state()
                .shift(self, || self.unscoped(series), series, by),
        };
        if !added {
            self.reject();
        }
    }
}

impl MetricState {
    /// Adds a number to a series. Returns whether the result is finite. `writer` returns its cells.
    fn add_number(
        &self,
        metric: &'static Metric,
        writer: impl FnOnce() -> Writer<'static>,
        series: usize,
        amount: f64,
    ) -> bool {
        let added = self.gauge.add_to_set(series, amount);
        added.unwrap_or_else(|| metric.add_float_with(writer(), series, 0, amount))
    }

    /// Adds an integer to a series. Returns whether the result is finite.
    #[expect(
        clippy::cast_precision_loss,
        reason = "integers beyond 2^53 round, as in the exposition"
    )]
    fn shift(
        &self,
        metric: &'static Metric,
        writer: impl FnOnce() -> Writer<'static>,
        series: usize,
        by: i64,
    ) -> bool {
        if let Some(added) = self.gauge.add_to_set(series, by as f64) {
            return added;
        }
        let writer = writer();
        let fits = writer
            .cells()
            .last()
            .is_none_or(|cell| writer.shift(cell, by));
        fits || metric.add_float_with(writer, series, 0, by as f64)
    }
}
