//! Retries and fallbacks, counted while a call runs.

use std::cell::Cell;

use super::{SeriesIndex, StageCells, StageSeries};
use crate::{
    metric::Metric,
    scope::{ActiveScope, ScopeLease, entering},
};

/// Counts a retry of the innermost stage around this code that has a `retries` metric.
///
/// The stage is a function under [`#[instrument_stage]`](macro@crate::instrument_stage), or a block
/// in a `time` method. Outside of a stage nothing is counted, nor in a thread or task that the
/// stage spawned. Between `start()` and the end of a stage call
/// [`Running::retry`](super::Running::retry).
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Counter, Histogram, instrument_stage, metric_catalog, stage as current};
///
/// #[metric_catalog(namespace = "doc_retry", stages = stage)]
/// pub struct Metrics {
///     /// Latency of generation.
///     #[metric(unit = seconds)]
///     #[stage(llm, retries = llm_retries, fallbacks = llm_fallbacks)]
///     pub llm: Histogram,
///     /// Requests that were tried again.
///     pub llm_retries: Counter,
///     /// Requests that went to another model.
///     pub llm_fallbacks: Counter,
/// }
///
/// #[instrument_stage(stage::llm)]
/// fn generate(mut attempts: u8) -> &'static str {
///     while attempts > 0 {
///         attempts -= 1;
///         current::retry();
///     }
///     current::fallback();
///     "a smaller model's answer"
/// }
///
/// # fn main() {
/// generate(2);
/// assert_eq!(Metrics::global().llm_retries.value(), 2);
/// assert_eq!(Metrics::global().llm_fallbacks.value(), 1);
/// # }
/// ```
pub fn retry() {
    Events::current().retry();
}

/// Counts a fallback of the innermost stage around this code that has a `fallbacks` metric.
///
/// A fallback is a result from another source than the intended one. See [`retry`].
pub fn fallback() {
    Events::current().fallback();
}

thread_local! {
    static CURRENT: Cell<Events> = const { Cell::new(Events::NONE) };
}

/// The current counters of retries and fallbacks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Events {
    retry: Option<Event>,
    fallback: Option<Event>,
}

/// A series of a counter.
#[derive(Clone, Copy, Debug)]
struct Event {
    counter: &'static Metric,
    series: SeriesIndex,
    /// The scope of the call. The call keeps it from expiring while its events are current.
    scope: Option<ActiveScope>,
}

impl Event {
    fn count(self) {
        let cells = self.counter.parts.cells;
        let scope = self.scope.map(ScopeLease::take);
        let _scope = entering(cells, scope.as_ref());
        let own = cells.thread_cells();
        self.counter.add_in(own, self.series.index(), 1);
    }
}

impl Events {
    const NONE: Self = Self {
        retry: None,
        fallback: None,
    };

    fn current() -> Self {
        CURRENT.try_with(Cell::get).unwrap_or(Self::NONE)
    }

    pub(super) fn of(
        cells: &'static StageCells,
        series: StageSeries,
        scope: Option<&ScopeLease>,
    ) -> Self {
        let scope = scope.map(ScopeLease::active);
        Self {
            retry: cells.retries.as_ref().map(|retries| Event {
                counter: retries.metric,
                series: series.retries,
                scope,
            }),
            fallback: cells.fallbacks.as_ref().map(|fallbacks| Event {
                counter: fallbacks.metric,
                series: series.fallbacks,
                scope,
            }),
        }
    }

    /// Makes these counters current, and returns the previous ones. A missing counter stays that of
    /// the enclosing stage.
    pub(super) fn enter(self) -> Self {
        let outer = Self::current();
        let inner = Self {
            retry: self.retry.or(outer.retry),
            fallback: self.fallback.or(outer.fallback),
        };
        inner.restore();
        outer
    }

    /// Makes these counters current again.
    pub(super) fn restore(self) {
        let _ = CURRENT.try_with(|current| current.set(self));
    }

    pub(super) fn retry(self) {
        if let Some(event) = self.retry {
            event.count();
        }
    }

    pub(super) fn fallback(self) {
        if let Some(event) = self.fallback {
            event.count();
        }
    }
}
