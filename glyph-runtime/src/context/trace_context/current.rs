//! The scope of the running code, and tasks that take it along.

use opentelemetry::{Context, ContextGuard};
use tokio::task::{self, JoinHandle};
use tracing::{
    Dispatch, Span, dispatcher, dispatcher::DefaultGuard, span::Entered as InSpan,
    subscriber::NoSubscriber,
};

use super::Scoped;
use crate::scope::{ScopeLabels, labels::Entered as InLabels};

/// What some code is part of: see the [module](crate::context).
#[derive(Clone, Debug)]
pub struct Scope {
    /// None where nobody listens yet, so that a subscriber that is set later is heard of.
    dispatch: Option<Dispatch>,
    span: Span,
    context: Context,
    labels: ScopeLabels,
}

/// While it lives, its thread is in the scope. What was entered last is left first.
#[derive(Debug)]
pub(super) struct Entered<'scope> {
    _labels: InLabels<'scope>,
    _context: ContextGuard,
    _span: InSpan<'scope>,
    _dispatch: Option<DefaultGuard>,
}

impl Scope {
    /// That of the running code.
    #[must_use]
    pub fn current() -> Self {
        let dispatch = dispatcher::get_default(Dispatch::clone);
        Self {
            dispatch: (!dispatch.is::<NoSubscriber>()).then_some(dispatch),
            span: Span::current(),
            context: Context::current(),
            labels: ScopeLabels::current(),
        }
    }

    /// Runs `work` in this scope.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        work()
    }

    /// Gives a future that is in this scope whenever it is polled, and when it is dropped.
    pub const fn scope<F>(self, future: F) -> Scoped<F> {
        Scoped::new(self, future)
    }

    /// The span makes its own context current, which lacks what was added to it since. So the context comes last.
    pub(super) fn enter(&self) -> Entered<'_> {
        let dispatch = self.dispatch.as_ref().map(dispatcher::set_default);
        let span = self.span.enter();
        Entered {
            _labels: self.labels.enter_alone(),
            _context: self.context.clone().attach(),
            _span: span,
            _dispatch: dispatch,
        }
    }
}

/// Spawns a task on tokio's runtime that stays in the current [`Scope`].
///
/// # Panics
///
/// Like [`tokio::spawn`], outside of a runtime.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    task::spawn(Scope::current().scope(future))
}

/// Runs `work`, which blocks, on a thread that tokio has for such, in the current [`Scope`].
///
/// # Panics
///
/// Like [`tokio::task::spawn_blocking`], outside of a runtime.
pub fn spawn_blocking<R>(work: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R>
where
    R: Send + 'static,
{
    let scope = Scope::current();
    task::spawn_blocking(move || scope.in_scope(work))
}
