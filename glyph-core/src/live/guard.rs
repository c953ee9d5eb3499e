//! Gauges that count what exists.

use super::target::Target;
use crate::{
    Gauge, LabelSet,
    label::OpenLookup,
    metric::{NoLabelSet, unrecorded},
};

/// Raises a gauge by one while it exists. [`Gauge::track`] returns it.
///
/// It can be dropped on any thread and in any scope: it lowers the series that it has raised. It does
/// so once, whatever ends its owner: a return, an error, a panic, or a task that is aborted.
#[derive(Debug)]
#[must_use = "dropping it lowers the gauge: keep it in what it counts"]
pub struct GaugeGuard(Target);

impl GaugeGuard {
    fn new(target: Target) -> Self {
        target.record(|metric, series| metric.shift(series, 1));
        Self(target)
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        self.0.record(|metric, series| metric.shift(series, -1));
    }
}

impl Gauge<()> {
    /// Adds one until the guard is dropped.
    ///
    /// The guard is owned and `'static`. Do not also [`set`](Self::set) the gauge: the guard still
    /// subtracts its one.
    ///
    /// ```
    /// # use glyph_core as glyph_runtime;
    /// # use glyph_runtime::{Gauge, metric_catalog};
    /// # #[metric_catalog(namespace = "doc_track")]
    /// # pub struct Metrics {
    /// #     /// Live sessions.
    /// #     pub active_sessions: Gauge,
    /// # }
    /// # fn main() {
    /// let sessions = &Metrics::global().active_sessions;
    /// let tracked = sessions.track();
    /// assert_eq!(sessions.value(), 1.0);
    /// drop(tracked);
    /// assert_eq!(sessions.value(), 0.0);
    /// # }
    /// ```
    pub fn track(&self) -> GaugeGuard {
        GaugeGuard::new(Target::new(self.metric(), 0))
    }
}

impl<L: LabelSet> Gauge<L> {
    /// Adds one to the series of `labels` until the guard is dropped.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "call sites are plain struct literals"
    )]
    pub fn track(&self, labels: L::Of<'_>) -> GaugeGuard {
        let open = OpenLookup::observed(self.metric().parts.open);
        GaugeGuard::new(Target::new(self.metric(), L::series_index(&labels, open)))
    }
}

#[expect(
    clippy::unused_self,
    reason = "the method has the signature of that of a gauge"
)]
impl<L> NoLabelSet<Gauge<L>> {
    #[doc(hidden)]
    pub fn track<T>(&self, _: T) -> GaugeGuard {
        unrecorded::<L, _>()
    }
}
