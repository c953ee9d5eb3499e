//! Metrics of the facade itself.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use super::{Recorder, declared::Rejections};
use glyph_core::__runtime::{AnyCatalog, Measured, Observe, Observer, Source};

use crate::{Counter, LabelSet, metric_catalog};

/// A declared metric.
#[derive(LabelSet)]
#[label(crate = crate)]
pub(crate) struct Rejected<'a> {
    /// The family's name.
    #[label(max = 10_000)]
    pub(crate) metric: &'a str,
}

/// Metrics of the facade.
#[metric_catalog(namespace = "glyph.facade", max_series = 20_000, crate = crate)]
pub(crate) struct FacadeMetrics {
    /// `metrics` facade keys rejected for labels or kind.
    #[metric(name = "refused", sparse)]
    pub(crate) rejected: Counter<Rejected<'_>>,
}

impl Observe for Rejections {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        FacadeMetrics::global()
    }

    fn observe(&self, observer: &mut Observer) {
        let rejected = &FacadeMetrics::global().rejected;
        for (metric, keys) in self.iter() {
            observer.counter_named(rejected, &[metric], keys.load(Relaxed));
        }
    }
}

impl Measured for Recorder {
    fn sources(&self) -> Vec<Source> {
        vec![Source::new(Arc::new(self.declared.rejections()))]
    }
}
