//! Declared series as handles of the `metrics` crate.

use metrics::{CounterFn, GaugeFn, HistogramFn};

use super::declared::DeclaredSeries;

impl CounterFn for DeclaredSeries {
    fn increment(&self, value: u64) {
        self.metric.add_units(self.series(), value);
    }

    fn absolute(&self, value: u64) {
        self.metric.raise_to(self.series(), value);
    }
}

impl GaugeFn for DeclaredSeries {
    fn increment(&self, value: f64) {
        self.metric.add_number(self.series(), value);
    }

    fn decrement(&self, value: f64) {
        self.metric.add_number(self.series(), -value);
    }

    fn set(&self, value: f64) {
        self.metric.set(self.series(), value);
    }
}

impl HistogramFn for DeclaredSeries {
    fn record(&self, value: f64) {
        self.metric.observe(self.series(), &value);
    }
}
