//! Retries and fallbacks, counted while a call runs.

use std::{cell::Cell, thread::LocalKey};

use super::{
    BoundMetric, Guard, SeriesIndex, StageCells,
    late::{LabelTexts, LateSource},
    late_texts::KeptTexts,
};
use crate::scope::{ActiveScope, ScopeEntry, ScopeLease, entering};

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
    if let Ok(Some(event)) = RETRY.try_with(Cell::get) {
        event.count(StageCells::retries);
    }
}

/// Counts a fallback of the innermost stage around this code that has a `fallbacks` metric.
///
/// A fallback is a result from another source than the intended one. See [`retry`].
pub fn fallback() {
    if let Ok(Some(event)) = FALLBACK.try_with(Cell::get) {
        event.count(StageCells::fallbacks);
    }
}

// Without destructors, so that a lookup is a plain load.
thread_local! {
    /// The current counter of retries.
    static RETRY: Cell<Option<Event>> = const { Cell::new(None) };

    /// The current counter of fallbacks.
    static FALLBACK: Cell<Option<Event>> = const { Cell::new(None) };
}

/// A counter of a call. It has 32 bytes, because each call of a stage with events copies it twice.
#[derive(Clone, Copy, Debug)]
struct Event {
    cells: &'static StageCells,
    /// The series without open labels.
    closed: SeriesIndex,
    /// The series of the call that has the values of the open labels, unless `texts` have them.
    source: SeriesIndex,
    texts: KeptTexts,
    /// Of the scope.
    overflowed: u32,
    /// The scope of the call. The call keeps it from expiring while its events are current.
    scope: Option<&'static ScopeEntry>,
}

/// Returns the counter of one kind of event.
type Counter = fn(&StageCells) -> Option<&BoundMetric>;

impl StageCells {
    fn retries(&self) -> Option<&BoundMetric> {
        self.retries.as_ref()
    }

    fn fallbacks(&self) -> Option<&BoundMetric> {
        self.fallbacks.as_ref()
    }
}

impl Event {
    /// Counts an event of a call that the thread is in.
    #[inline]
    fn count(&self, counter: Counter) {
        match counter(self.cells) {
            Some(counter) if counter.metric.parts.open.is_empty() => {
                self.count_in(counter, self.closed);
            }
            // Counted without a borrow of the texts.
            Some(counter) => self.count_of(counter, self.texts.get().as_deref()),
            None => {}
        }
    }

    #[inline(never)]
    fn count_of(&self, counter: &BoundMetric, texts: Option<&LabelTexts>) {
        let source = || LateSource::new(self.cells, self.source);
        self.count_in(counter, counter.late_series(self.closed, source, texts));
    }

    fn count_in(&self, counter: &BoundMetric, series: SeriesIndex) {
        let metric = counter.metric;
        let scope = self.scope.map(|entry| {
            let overflowed = self.overflowed;
            ScopeLease::take(ActiveScope { entry, overflowed })
        });
        let _scope = entering(metric.parts.cells, scope.as_ref());
        metric.increment_in(metric.thread_cells(), series.index());
    }
}

/// The counter that was current before a call was entered.
#[derive(Debug)]
enum Before {
    /// The call has no such counter: that of the enclosing stage stays current.
    Unchanged,
    Replaced(Option<Event>),
}

impl Before {
    /// Makes a counter of a call current.
    #[inline]
    fn replace(current: &'static LocalKey<Cell<Option<Event>>>, event: Event) -> Self {
        let before = current.try_with(|current| current.replace(Some(event)));
        before.map_or(Self::Unchanged, Self::Replaced)
    }

    #[inline]
    fn restore(&self, to: &'static LocalKey<Cell<Option<Event>>>) {
        if let Self::Replaced(event) = self {
            let _ = to.try_with(|current| current.set(*event));
        }
    }
}

/// The counters that were current before a call was entered.
#[derive(Debug)]
struct EnclosingEvents {
    /// Whether the thread keeps the texts of the call.
    has_texts: bool,
    retry: Before,
    fallback: Before,
}

impl EnclosingEvents {
    #[inline(never)]
    fn restore(&self) {
        self.retry.restore(&RETRY);
        self.fallback.restore(&FALLBACK);
        if self.has_texts {
            KeptTexts::pop();
        }
    }
}

/// Keeps the events of a call current, if it has any. A thread leaves calls in the reverse order.
///
/// It is filled in its place: a move copies all of it, although most calls have no events.
#[derive(Debug)]
#[must_use = "dropping it leaves the call"]
pub(super) struct EventsGuard(Option<EnclosingEvents>);

impl EventsGuard {
    /// Of a call without events. A function: a constant would be copied as a whole.
    #[inline]
    pub(super) const fn none() -> Self {
        Self(None)
    }
}

impl Drop for EventsGuard {
    #[inline]
    fn drop(&mut self) {
        if let Some(enclosing) = &self.0 {
            enclosing.restore();
        }
    }
}

impl Guard {
    /// Returns a counter of the call.
    #[inline]
    fn event(&self, cells: &'static StageCells, closed: SeriesIndex, texts: KeptTexts) -> Event {
        let scope = self.kept.scope.as_ref().map(ScopeLease::active);
        Event {
            cells,
            closed,
            source: cells.late.series(&self.series),
            texts,
            overflowed: scope.map_or(0, |scope| scope.overflowed),
            scope: scope.map(|scope| scope.entry),
        }
    }

    /// Makes the events of the call current until `entered` is dropped, if it has any. Most stages
    /// have none, and are spared the code.
    #[inline]
    pub(super) fn enter_events(&self, entered: &mut EventsGuard) {
        if let Some(cells) = self.cells.filter(|cells| cells.has_events) {
            self.enter_events_of(cells, entered);
        }
    }

    #[inline(never)]
    fn enter_events_of(&self, cells: &'static StageCells, entered: &mut EventsGuard) {
        let texts = self
            .kept
            .texts
            .as_ref()
            .map_or(KeptTexts::NONE, KeptTexts::push);
        let enclosing = entered.0.insert(EnclosingEvents {
            has_texts: !texts.is_none(),
            retry: Before::Unchanged,
            fallback: Before::Unchanged,
        });
        if cells.retries.is_some() {
            let event = self.event(cells, self.series.retries, texts);
            enclosing.retry = Before::replace(&RETRY, event);
        }
        if cells.fallbacks.is_some() {
            let event = self.event(cells, self.series.fallbacks, texts);
            enclosing.fallback = Before::replace(&FALLBACK, event);
        }
    }

    /// Counts a retry, if the stage counts retries.
    pub(super) fn retry(&self) {
        self.count(self.series.retries, StageCells::retries);
    }

    /// Counts a fallback, if the stage counts fallbacks.
    pub(super) fn fallback(&self) {
        self.count(self.series.fallbacks, StageCells::fallbacks);
    }

    fn count(&self, closed: SeriesIndex, counter: Counter) {
        if let Some(cells) = self.cells
            && let Some(counter) = counter(cells)
        {
            let event = self.event(cells, closed, KeptTexts::NONE);
            event.count_of(counter, self.kept.texts.as_deref());
        }
    }
}
