//! The context of the running code, and tasks that carry it along.

use std::sync::Arc;

use tokio::task::{self, JoinHandle};
use tracing::{Dispatch, Span, dispatcher, dispatcher::DefaultGuard, subscriber::NoSubscriber};

use super::InContext;
use crate::context::current_context::{self, Attached};
use glyph_core::{
    __runtime::{self, EnteredShared, EnteredSpan, ScopeGuard, SharedRecord, current_shared},
    scope::ScopeLabels,
};

/// The trace, ids, baggage, labels and subscriber of some code. See the [module](crate::context).
#[derive(Clone, Debug)]
pub struct Context {
    /// `None` without a subscriber: one that is set later then applies.
    dispatch: Option<Dispatch>,
    span: Span,
    /// The record inside of the span.
    record: Option<Arc<SharedRecord>>,
    trace: opentelemetry::Context,
    labels: ScopeLabels,
}

/// Keeps a context current for its thread. Drop guards in the reverse order of their creation.
///
/// The fields are dropped in their order, which is the reverse of the order in which they were
/// made.
#[derive(Debug)]
pub(super) struct AttachedContext<'context> {
    _labels: ScopeGuard<'context>,
    _trace: Attached,
    _record: EnteredShared<'context>,
    _span: EnteredSpan<'context>,
    _dispatch: Option<DefaultGuard>,
}

impl Context {
    /// Returns the context of the running code.
    #[must_use]
    pub fn current() -> Self {
        let dispatch = dispatcher::get_default(Dispatch::clone);
        Self {
            dispatch: (!dispatch.is::<NoSubscriber>()).then_some(dispatch),
            span: Span::current(),
            record: current_shared(),
            trace: current_context::current(),
            labels: ScopeLabels::current(),
        }
    }

    /// Runs `work` in this context.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _attached = self.attach();
        work()
    }

    /// Returns a future that is in this context whenever it is polled, and when it is dropped.
    pub const fn scope<F>(self, future: F) -> InContext<F> {
        InContext::new(self, future)
    }

    /// Entering the span makes its trace context current, without what was added to that since. So
    /// the trace context is attached after the span.
    pub(super) fn attach(&self) -> AttachedContext<'_> {
        let dispatch = self.dispatch.as_ref().map(dispatcher::set_default);
        let span = EnteredSpan::enter(&self.span);
        let record = EnteredShared::enter(self.record.as_ref());
        AttachedContext {
            _labels: __runtime::enter_alone(&self.labels),
            _trace: current_context::attach(self.trace.clone()),
            _record: record,
            _span: span,
            _dispatch: dispatch,
        }
    }
}

/// Spawns a task on tokio's runtime that stays in the current [`Context`].
///
/// # Panics
///
/// Panics outside of a runtime, as [`tokio::spawn`] does.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    task::spawn(Context::current().scope(future))
}

/// Runs `work`, which may block, on a blocking thread of tokio's, in the current [`Context`].
///
/// # Panics
///
/// Panics outside of a runtime, as [`tokio::task::spawn_blocking`] does.
pub fn spawn_blocking<R>(work: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R>
where
    R: Send + 'static,
{
    let context = Context::current();
    task::spawn_blocking(move || context.in_scope(work))
}
