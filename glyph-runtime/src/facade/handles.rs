//! Declared series as handles of the `metrics` crate.

use metrics::{CounterFn, GaugeFn, HistogramFn};

use super::declared::DeclaredSeries;

impl CounterFn for DeclaredSeries {
    fn increment(&self, value: u64) {
        let Self { metric, row } = *self;
        metric.add(row, value.wrapping_mul(metric.step()));
    }

    fn absolute(&self, value: u64) {
        let Self { metric, row } = *self;
        let mut cells = Vec::new();
        metric.read(row, &mut cells);
        let wanted = value.wrapping_mul(metric.step());
        let missing = wanted.saturating_sub(cells.first().copied().unwrap_or_default());
        metric.add(row, missing);
    }
}

impl GaugeFn for DeclaredSeries {
    fn increment(&self, value: f64) {
        self.metric.add_float(self.row, value);
    }

    fn decrement(&self, value: f64) {
        self.metric.add_float(self.row, -value);
    }

    fn set(&self, value: f64) {
        self.metric.set(self.row, value);
    }
}

impl HistogramFn for DeclaredSeries {
    fn record(&self, value: f64) {
        self.metric.observe(self.row, &value);
    }
}
