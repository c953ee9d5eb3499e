//! Retries and fallbacks, counted while a call runs.

use std::{
    cell::{Cell, RefCell},
    mem::ManuallyDrop,
    sync::Arc,
};

use super::{BoundMetric, Guard, SeriesIndex, StageCells, StageSeries, late::LabelTexts};
use crate::scope::{ActiveScope, ScopeLease, entering};

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
    if let Some(event) = Events::current().retry {
        event.count();
    }
}

/// Counts a fallback of the innermost stage around this code that has a `fallbacks` metric.
///
/// A fallback is a result from another source than the intended one. See [`retry`].
pub fn fallback() {
    if let Some(event) = Events::current().fallback {
        event.count();
    }
}

thread_local! {
    /// Without a destructor, so that a lookup is a plain load.
    static CURRENT: Cell<Events> = const { Cell::new(Events::NONE) };

    /// The calls that this thread is in, if their events have open labels.
    static LATE: LateCalls = const { RefCell::new(Vec::new()) };

    /// The calls of a thread that ends, after `LATE` is dropped. Outside of calls it has no memory.
    static LATE_AT_END: ManuallyDrop<LateCalls> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

type LateCalls = RefCell<Vec<LateCall>>;

/// Passes the calls of this thread to `work`, if no other code uses them at this moment.
fn with_late<T>(work: impl FnOnce(&mut Vec<LateCall>) -> Option<T>) -> Option<T> {
    let on = |calls: &LateCalls| work(&mut *calls.try_borrow_mut().ok()?);
    if LATE.try_with(|_| ()).is_ok() {
        return LATE.try_with(on).ok().flatten();
    }
    let of_the_end = |calls: &ManuallyDrop<LateCalls>| on(calls);
    LATE_AT_END.try_with(of_the_end).ok().flatten()
}

/// The current counters of retries and fallbacks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Events {
    retry: Option<Event>,
    fallback: Option<Event>,
}

/// A counter of a call.
#[derive(Clone, Copy, Debug)]
struct Event {
    counter: &'static BoundMetric,
    /// The series without open labels.
    closed: SeriesIndex,
    /// The index of the call in `LATE`, plus one. Zero if no event of the call has an open label.
    late: u32,
    /// The scope of the call. The call keeps it from expiring while its events are current.
    scope: Option<ActiveScope>,
}

/// The data with which the values of open labels are looked up.
#[derive(Clone, Debug)]
struct LateCall {
    cells: &'static StageCells,
    series: StageSeries,
    texts: Option<Arc<LabelTexts>>,
}

impl Event {
    /// Counts an event of a call that the thread is in.
    fn count(self) {
        // Counted without a borrow of `LATE`.
        let index = usize::try_from(self.late).ok();
        let call = index
            .and_then(|late| late.checked_sub(1))
            .and_then(|index| with_late(|calls| calls.get(index).cloned()));
        self.count_of(call.as_ref());
    }

    fn count_of(self, call: Option<&LateCall>) {
        let metric = self.counter.metric;
        let catalog = metric.parts.cells;
        let scope = self.scope.map(ScopeLease::take);
        let _scope = entering(catalog, scope.as_ref());
        let series = call.map_or(self.closed, |call| {
            let texts = call.texts.as_deref();
            self.counter
                .late_series(call.cells, &call.series, self.closed, texts)
        });
        metric.increment(series.index());
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

    /// Makes these counters current.
    fn restore(self) {
        let _ = CURRENT.try_with(|current| current.set(self));
    }

    pub(super) fn of(
        cells: &'static StageCells,
        series: &StageSeries,
        scope: Option<&ScopeLease>,
    ) -> Self {
        let scope = scope.map(ScopeLease::active);
        let event = |counter: Option<&'static BoundMetric>, closed| {
            counter.map(|counter| Event {
                counter,
                closed,
                late: 0,
                scope,
            })
        };
        Self {
            retry: event(cells.retries.as_ref(), series.retries),
            fallback: event(cells.fallbacks.as_ref(), series.fallbacks),
        }
    }

    /// Makes these counters current. A missing counter stays that of the enclosing stage. `late` has
    /// the data with which their open labels are looked up.
    #[inline]
    fn enter(mut self, late: Option<LateCall>) -> EnclosingEvents {
        let late = late.and_then(push);
        if let Some(late) = late {
            for event in [&mut self.retry, &mut self.fallback].into_iter().flatten() {
                event.late = late;
            }
        }
        let events = Self::current();
        let entered = Self {
            retry: self.retry.or(events.retry),
            fallback: self.fallback.or(events.fallback),
        };
        entered.restore();
        EnclosingEvents {
            events,
            pushed: late.is_some(),
        }
    }
}

/// Keeps a call that the thread enters. Returns its index plus one.
#[cold]
fn push(call: LateCall) -> Option<u32> {
    with_late(|calls| {
        calls.push(call);
        u32::try_from(calls.len()).ok()
    })
}

/// The counters that were current before a call was entered.
#[derive(Debug)]
pub(super) struct EnclosingEvents {
    events: Events,
    /// Whether the call is in `LATE`.
    pushed: bool,
}

impl EnclosingEvents {
    /// Makes these counters current again. A thread leaves calls in the reverse order.
    #[inline(never)]
    pub(super) fn restore(&self) {
        self.events.restore();
        if self.pushed {
            pop();
        }
    }
}

#[cold]
fn pop() {
    let is_at_end = LATE.try_with(|_| ()).is_err();
    let left = with_late(|calls| {
        let call = calls.pop();
        if is_at_end {
            // Nothing else releases the memory.
            calls.shrink_to_fit();
        }
        call
    });
    // Dropped without the borrow.
    drop(left);
}

impl Guard {
    fn events(&self, cells: &'static StageCells) -> Events {
        Events::of(cells, &self.series, self.scope.as_ref())
    }

    fn late(&self, cells: &'static StageCells) -> LateCall {
        LateCall {
            cells,
            series: self.series,
            texts: self.texts.clone(),
        }
    }

    /// Makes the events of the call current, if it has any. Most stages have none, and are spared
    /// the code.
    #[inline]
    pub(super) fn enter_events(&self) -> Option<EnclosingEvents> {
        let cells = self.cells.filter(|cells| cells.has_events)?;
        Some(self.enter_events_of(cells))
    }

    #[inline(never)]
    fn enter_events_of(&self, cells: &'static StageCells) -> EnclosingEvents {
        let late = cells.has_late.then(|| self.late(cells));
        self.events(cells).enter(late)
    }

    /// Counts a retry, if the stage counts retries.
    pub(super) fn retry(&self) {
        if let Some(cells) = self.cells
            && let Some(event) = self.events(cells).retry
        {
            event.count_of(Some(&self.late(cells)));
        }
    }

    /// Counts a fallback, if the stage counts fallbacks.
    pub(super) fn fallback(&self) {
        if let Some(cells) = self.cells
            && let Some(event) = self.events(cells).fallback
        {
            event.count_of(Some(&self.late(cells)));
        }
    }
}
