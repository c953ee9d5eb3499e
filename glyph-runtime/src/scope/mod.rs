//! What the running code is part of, and how other tasks and threads become part of it.
//!
//! Three things say it: the current span of [`tracing`], OpenTelemetry's context (the trace, the
//! [request id](crate::log::RequestId) and the [baggage](Baggage)), and the subscriber that is told. A thread has them, and a
//! task or a thread that is started from there begins without. [`spawn`] and [`spawn_blocking`] take them along;
//! for a thread, a pool or a queue there is [`Scope`]:
//!
//! ```
//! use glyph_runtime::{correlation_id, scope::{self, Scope}, trace::propagation};
//! # use std::collections::HashMap;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let headers = HashMap::from([(
//! #     "traceparent".to_owned(),
//! #     "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
//! # )]);
//! propagation::extract(&headers).scope(async {
//!     let here = correlation_id();
//!     assert!(here.is_some());
//!
//!     let task = scope::spawn(async { correlation_id() });
//!     assert_eq!(task.await.unwrap(), here);
//!
//!     let scope = Scope::current();
//!     let thread = std::thread::spawn(move || scope.in_scope(correlation_id));
//!     assert_eq!(thread.join().unwrap(), here);
//! }).await;
//! # }
//! ```
//!
//! The call that a stage is about stays behind: retries and fallbacks that a task counts are its own stages'.
//!
//! A span is open as long as anything is in its scope, so that a request from which a task is spawned in this way ends
//! when the task has. Work that is to outlive its request belongs into a span of its own, opened with `parent = None`
//! and linked to the request's (`links`), and is spawned by plain `tokio::spawn`.

mod baggage;
mod correlation;
mod scoped;

use opentelemetry::{Context, ContextGuard};
use tokio::task::{self, JoinHandle};
use tracing::{
    Dispatch, Span, dispatcher, dispatcher::DefaultGuard, span::Entered as InSpan,
    subscriber::NoSubscriber,
};

pub(crate) use baggage::is_visible;
pub use baggage::{Baggage, BaggageError, MAX_BYTES, MAX_ENTRIES, baggage};
pub use correlation::{CorrelationId, correlation_id};
pub use scoped::Scoped;

/// What some code is part of: see the [module](self).
#[derive(Clone, Debug)]
pub struct Scope {
    /// None where nobody listens yet, so that a subscriber that is set later is heard of.
    dispatch: Option<Dispatch>,
    span: Span,
    context: Context,
}

/// While it lives, its thread is in the scope. What was entered last is left first.
#[derive(Debug)]
struct Entered<'scope> {
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
    fn enter(&self) -> Entered<'_> {
        let dispatch = self.dispatch.as_ref().map(dispatcher::set_default);
        let span = self.span.enter();
        Entered {
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
