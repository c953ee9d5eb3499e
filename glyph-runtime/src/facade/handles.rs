//! Declared series as handles of the `metrics` crate.

use metrics::{CounterFn, GaugeFn, HistogramFn};

use super::declared::DeclaredSeries;

impl CounterFn for DeclaredSeries {
    fn increment(&self, value: u64) {
        let Self { metric, series } = *self;
        metric.add(series, value.wrapping_mul(metric.step()));
    }

    fn absolute(&self, value: u64) {
        let Self { metric, series } = *self;
        let mut cells = Vec::new();
        metric.read(series, &mut cells);
        let wanted = value.wrapping_mul(metric.step());
        let missing = wanted.saturating_sub(cells.first().copied().unwrap_or_default());
        metric.add(series, missing);
    }
}

impl GaugeFn for DeclaredSeries {
    fn increment(&self, value: f64) {
        self.metric.add_float(self.series, value);
    }

    fn decrement(&self, value: f64) {
        self.metric.add_float(self.series, -value);
    }

    fn set(&self, value: f64) {
        self.metric.set(self.series, value);
    }
}

impl HistogramFn for DeclaredSeries {
    fn record(&self, value: f64) {
        self.metric.observe(self.series, &value);
    }
}
