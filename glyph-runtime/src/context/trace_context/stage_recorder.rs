//! Which pipeline exports the records of stages.
//!
//! As with spans of `tracing`'s, it is the one whose layer is on the current subscriber. Asking a
//! subscriber for a layer costs a call for each layer, so the answer of the global subscriber is
//! kept.

use std::{
    ptr::from_ref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use glyph_core::__runtime::{SpanCallsite, TracedSpan};
use opentelemetry::Context;
use tracing::{Dispatch, Subscriber, dispatcher};
use tracing_subscriber::Layer;

/// Exports records of stages.
pub(crate) trait StageRecorder: Send + Sync {
    /// Whether it exports calls from a callsite.
    fn accepts(&self, callsite: &'static SpanCallsite) -> bool;

    /// Starts the span of a call that it accepts in a context. `None` if it belongs to no trace.
    fn start(
        &self,
        callsite: &'static SpanCallsite,
        context: &Context,
    ) -> Option<Box<dyn TracedSpan>>;

    /// [`start`](Self::start), unless it does not [accept](Self::accepts) calls from the callsite.
    fn start_accepted(
        &self,
        callsite: &'static SpanCallsite,
        context: &Context,
    ) -> Option<Box<dyn TracedSpan>>;
}

/// Marks a subscriber whose stages are recorded, if there is a recorder.
pub(crate) struct RecorderLayer(pub(crate) Option<Arc<dyn StageRecorder>>);

impl<S: Subscriber> Layer<S> for RecorderLayer {}

/// The recorder of the global subscriber.
struct Global {
    /// The address of the dispatcher, which is a static.
    dispatch: usize,
    recorder: Arc<dyn StageRecorder>,
}

/// Whether any pipeline of the process records stages.
static IS_USED: AtomicBool = AtomicBool::new(false);

static GLOBAL: OnceLock<Global> = OnceLock::new();

/// Notes that a pipeline records stages.
pub(crate) fn is_used() {
    IS_USED.store(true, Relaxed);
}

/// Notes the recorder of the global subscriber, if that is `recorder`. The thread must have no
/// subscriber of its own that this is on.
pub(crate) fn find_global(recorder: &Arc<dyn StageRecorder>) {
    if GLOBAL.get().is_some() {
        return;
    }
    dispatcher::get_default(|dispatch| {
        if of(dispatch).is_some_and(|found| Arc::ptr_eq(found, recorder)) {
            let recorder = Arc::clone(recorder);
            let dispatch = from_ref(dispatch).addr();
            // There is one global subscriber in a process.
            let _is_set = GLOBAL.set(Global { dispatch, recorder });
        }
    });
}

/// Passes the recorder of the current subscriber to `work`. `None` if there is none.
#[inline]
pub(super) fn with<T>(work: impl FnOnce(&Arc<dyn StageRecorder>) -> T) -> Option<T> {
    if IS_USED.load(Relaxed) {
        with_current(work)
    } else {
        None
    }
}

fn with_current<T>(work: impl FnOnce(&Arc<dyn StageRecorder>) -> T) -> Option<T> {
    let mut work = Some(work);
    dispatcher::get_default(|dispatch| {
        let recorder = match GLOBAL.get() {
            Some(global) if global.dispatch == from_ref(dispatch).addr() => &global.recorder,
            _ => of(dispatch)?,
        };
        work.take().map(|work| work(recorder))
    })
}

fn of(dispatch: &Dispatch) -> Option<&Arc<dyn StageRecorder>> {
    dispatch.downcast_ref::<RecorderLayer>()?.0.as_ref()
}
