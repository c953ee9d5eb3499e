//! Metrics of the facade itself.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use super::{Recorder, claims::Claims, declared::Rejections};
use glyph_core::__runtime::{AnyCatalog, Measured, Observe, Observer, Source};

use crate::{Counter, LabelSet, metric_catalog};

/// A metric.
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

/// All rejections of a recorder.
#[derive(Debug)]
struct AllRejections {
    declared: Rejections,
    claims: Arc<Claims>,
}

impl Observe for AllRejections {
    fn catalog(&self) -> &'static dyn AnyCatalog {
        FacadeMetrics::global()
    }

    fn observe(&self, observer: &mut Observer) {
        let rejected = &FacadeMetrics::global().rejected;
        let mut clashes = self.claims.rejected();
        for (metric, keys) in self.declared.iter() {
            let clashes = clashes.remove(metric).unwrap_or_default();
            observer.counter_named(rejected, &[metric], keys.load(Relaxed) + clashes);
        }
        for (family, keys) in clashes {
            observer.counter_named(rejected, &[family], keys);
        }
    }
}

impl Measured for Recorder {
    fn sources(&self) -> Vec<Source> {
        vec![Source::new(Arc::new(AllRejections {
            declared: self.declared.rejections(),
            claims: Arc::clone(&self.claims),
        }))]
    }
}
