//! A capture, and the guard that makes it current.

use std::{fmt, ops::Deref, sync::Arc};

use tracing::Dispatch;

use super::{
    CapturedEvent, CapturedSpan, Clock, Followed, Series, current::CaptureToken, spans::Spans,
    subscriber,
};
use crate::{
    clock::moved,
    isolation::CaptureState,
    metric::{Counter, Gauge, Histogram},
    stage::Stage,
};

/// Isolates the current thread: until the guard is dropped, everything that it records is captured.
///
/// Captures nest: the innermost one captures everything. See the [module](super) for an example.
pub fn capture() -> CaptureGuard {
    let capture = Capture {
        recorded: Arc::new(Recorded::new()),
    };
    CaptureGuard {
        _entered: CaptureToken::all(&capture.recorded),
        capture,
    }
}

/// Keeps a capture current on the thread that made it. It derefs to the [`Capture`].
///
/// It is not `Send`; a [`Capture`] is:
///
/// ```compile_fail,E0277
/// # use glyph_core as glyph_runtime;
/// let captured = glyph_runtime::testing::capture();
/// std::thread::spawn(move || drop(captured));
/// ```
///
/// ```
/// # use glyph_core as glyph_runtime;
/// # use glyph_runtime::testing::Capture;
/// let captured = glyph_runtime::testing::capture();
/// let capture = Capture::clone(&captured);
/// std::thread::spawn(move || drop(capture));
/// ```
#[derive(Debug)]
#[must_use = "dropping it ends the capture"]
pub struct CaptureGuard {
    _entered: CaptureToken,
    capture: Capture,
}

impl CaptureGuard {
    /// Stops the capture's clock: only [`Clock::advance`] moves it.
    pub fn frozen(self) -> Self {
        self.capture.clock().freeze();
        self
    }
}

impl Deref for CaptureGuard {
    type Target = Capture;

    fn deref(&self) -> &Capture {
        &self.capture
    }
}

/// The captured metrics, spans and events. Clones share one capture, and can be sent to other
/// threads.
#[derive(Clone)]
pub struct Capture {
    pub(super) recorded: Arc<Recorded>,
}

impl Capture {
    /// The duration histogram of the stage `S`.
    pub fn histogram<S: Stage>(&self) -> Series<Histogram> {
        Series::new(self, S::cells().duration.metric())
    }

    /// The histogram with this handle.
    pub fn histogram_of<L, V>(&self, histogram: &Histogram<L, V>) -> Series<Histogram> {
        Series::new(self, histogram.metric())
    }

    /// The counter with this handle.
    pub fn counter<L>(&self, counter: &Counter<L>) -> Series<Counter> {
        Series::new(self, counter.metric())
    }

    /// The gauge with this handle.
    pub fn gauge<L>(&self, gauge: &Gauge<L>) -> Series<Gauge> {
        Series::new(self, gauge.metric())
    }

    /// The in-flight gauge of the stage `S`.
    ///
    /// # Panics
    ///
    /// Panics if the stage has no in-flight gauge.
    #[track_caller]
    #[expect(clippy::panic, reason = "an invalid lookup fails the test")]
    pub fn in_flight<S: Stage>(&self) -> Series<Gauge> {
        let Some(gauge) = &S::cells().in_flight else {
            panic!(
                "stage `{0}` binds no in-flight gauge: `#[stage({0}, in_flight = ..)]`",
                S::NAME
            );
        };
        Series::new(self, gauge.metric())
    }

    /// The spans in the order in which they were opened.
    #[must_use]
    pub fn spans(&self) -> Vec<CapturedSpan> {
        self.recorded.spans.all()
    }

    /// The one span of this name.
    ///
    /// # Panics
    ///
    /// Panics if there is not exactly one.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "an invalid lookup fails the test")]
    pub fn span(&self, name: &str) -> CapturedSpan {
        let spans = self.spans();
        let mut named = spans.iter().filter(|span| span.name() == name);
        match (named.next(), named.count()) {
            (Some(span), 0) => span.clone(),
            (Some(_), more) => panic!("{} spans `{name}`, not one: see `spans()`", more + 1),
            (None, _) => {
                let all: Vec<_> = spans.iter().map(CapturedSpan::name).collect();
                panic!("no span `{name}`; there are: {all:?}");
            }
        }
    }

    /// The events in order, including those outside of spans.
    #[must_use]
    pub fn events(&self) -> Vec<CapturedEvent> {
        self.recorded.spans.events()
    }

    /// The clock of stages while the capture is current.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.recorded.clock
    }

    /// Returns a future that makes the capture current on any thread that polls or drops it.
    pub fn follow<F>(&self, future: F) -> Followed<F> {
        Followed::new(self.clone(), future)
    }

    /// Makes the capture current on this thread while `body` runs.
    pub fn in_scope<R>(&self, body: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        body()
    }

    pub(super) fn enter(&self) -> CaptureToken {
        CaptureToken::all(&self.recorded)
    }

    /// Reads the captured metrics, whatever capture is current on this thread.
    pub(super) fn read<R>(&self, read: impl FnOnce() -> R) -> R {
        let _entered = CaptureToken::metrics(&self.recorded);
        read()
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Capture")
            .field("clock", &self.recorded.clock)
            .finish_non_exhaustive()
    }
}

/// The content of a capture.
#[derive(Debug)]
pub(crate) struct Recorded {
    state: Arc<CaptureState>,
    clock: Arc<Clock>,
    spans: Spans,
    subscriber: Dispatch,
}

impl Recorded {
    fn new() -> Self {
        let spans = Spans::default();
        let state = Arc::new(CaptureState::default());
        Self {
            clock: moved::of(&state),
            state,
            subscriber: subscriber::recording(&spans),
            spans,
        }
    }

    pub(super) fn subscriber(&self) -> &Dispatch {
        &self.subscriber
    }

    pub(super) const fn state(&self) -> &Arc<CaptureState> {
        &self.state
    }
}
