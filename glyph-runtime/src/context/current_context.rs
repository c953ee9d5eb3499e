//! OpenTelemetry's current context, in every part of a thread's life.
//!
//! OpenTelemetry panics if its context is used in a thread-local's destructor that runs after its
//! own. Everything here goes without a context then.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
};

use glyph_core::__runtime::{Environment, FirstUse, ends, is_ending};
use opentelemetry::{Context, ContextGuard};

thread_local! {
    static IS_ATTEMPTED: Cell<bool> = const { Cell::new(false) };
}

/// Returns whether this module finds out if the context can be used. A panic is the answer then,
/// and not one of the program.
#[cfg(feature = "log")]
pub(crate) fn is_attempted() -> bool {
    IS_ATTEMPTED.get()
}

/// Passes the current context to `read`. `None` if the thread is ending.
#[inline(never)]
pub(crate) fn read<T>(read: impl FnOnce(&Context) -> T) -> Option<T> {
    read_inline(read)
}

/// [`read`] for a caller that does nothing else.
#[inline]
pub(crate) fn read_inline<T>(read: impl FnOnce(&Context) -> T) -> Option<T> {
    can_be_used().then(|| Context::map_current(read))
}

/// Returns the current context. It is empty if the thread is ending.
pub(crate) fn current() -> Context {
    read(Clone::clone).unwrap_or_default()
}

/// Keeps a context current. Drop it in the function that created it.
#[derive(Debug)]
pub(crate) struct Attached {
    _guard: Option<ContextGuard>,
}

/// Makes `context` current, unless the thread is ending.
#[expect(
    clippy::inline_always,
    reason = "a context is moved once less, and the compiler finds it too long"
)]
#[inline(always)]
pub(crate) fn attach(context: Context) -> Attached {
    Attached {
        _guard: can_be_used().then(|| context.attach()),
    }
}

#[inline]
fn can_be_used() -> bool {
    FirstUse::Context.is_marked() || (!is_ending() && first_use())
}

/// A thread that has used OpenTelemetry but neither glyph nor a layer of glyph may end already,
/// which nothing but an attempt shows.
#[cold]
fn first_use() -> bool {
    // The panic hook may ask for the context: it would panic for the same reason, and abort.
    if IS_ATTEMPTED.replace(true) {
        return false;
    }
    let attempt = panic::catch_unwind(AssertUnwindSafe(|| Context::map_current(|_| ())));
    IS_ATTEMPTED.set(false);
    match attempt {
        Ok(()) => FirstUse::Context.mark(),
        Err(_) => ends(),
    }
    !is_ending()
}

/// OpenTelemetry's context around a future or a stream; see [`InTraceContext`].
#[derive(Clone, Debug)]
pub struct TraceContext(Context);

/// A future or a stream in a context of OpenTelemetry, on any thread that polls it.
pub type InTraceContext<F> = glyph_core::__runtime::Within<F, TraceContext>;

/// Returns `future` with `context` current whenever it is polled, and when it is dropped.
pub(crate) const fn within<F>(context: Context, future: F) -> InTraceContext<F> {
    InTraceContext::new(TraceContext(context), future)
}

impl Environment for TraceContext {
    fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _attached = attach(self.0.clone());
        work()
    }
}
