//! A stage around the future of an `async` body.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{
    Guard, Outcome,
    call_result::{AtEnd, Continues, IntoCallResult},
    guard::Unwinding,
};

pin_project! {
    /// A running call of an asynchronous function. See [`wrap`].
    #[doc(hidden)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Wrap<G: AsMut<Guard>, F, C> {
        // `None` only while the wrapper is dropped.
        #[pin]
        body: Option<F>,
        guard: G,
        classify: C,
    }

    impl<G: AsMut<Guard>, F, C> PinnedDrop for Wrap<G, F, C> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let guard = this.guard.as_mut();
            if !guard.is_running() {
                return;
            }
            let cancel = |guard: &mut Guard| {
                this.body.set(None);
                // Record now: the guard would blame the body for an unrelated panic that unwinds
                // here.
                guard.record(Outcome::Cancelled);
            };
            guard.within_once(cancel);
            guard.over();
        }
    }
}

impl<G: AsMut<Guard>, F, C> Wrap<G, F, C> {
    pub(super) const fn new(guard: G, body: F, classify: C) -> Self {
        Self {
            body: Some(body),
            guard,
            classify,
        }
    }
}

impl<F, C> Wrap<Guard, F, C> {
    /// A call that begins when its guard is started.
    pub(super) const fn waiting(body: F, classify: C) -> Self {
        Self {
            body: Some(body),
            guard: Guard::idle(),
            classify,
        }
    }

    pub(super) fn guard(self: Pin<&mut Self>) -> &mut Guard {
        self.project().guard
    }
}

/// Returns the future of `body` inside the guard's span. When it is ready, it records the result
/// that `classify` returns.
///
/// If it is dropped before that, it drops the body inside the span and records `cancelled`.
#[doc(hidden)]
#[inline]
pub fn wrap<F, C, V>(guard: &mut Guard, body: F, classify: C) -> Wrap<&mut Guard, F, C>
where
    F: Future,
    C: Fn(&F::Output) -> V,
    V: IntoCallResult,
{
    Wrap {
        body: Some(body),
        guard,
        classify,
    }
}

/// [`wrap`] for a body that returns a stream, with which the call continues.
#[doc(hidden)]
pub fn wrap_on<F: Future>(guard: &mut Guard, body: F) -> Wrap<&mut Guard, F, Continues> {
    Wrap {
        body: Some(body),
        guard,
        classify: Continues,
    }
}

impl<G, F, C> Future for Wrap<G, F, C>
where
    G: AsMut<Guard>,
    F: Future,
    C: AtEnd<F::Output>,
{
    type Output = C::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<C::Output> {
        let this = self.project();
        let Some(body) = this.body.as_pin_mut() else {
            return Poll::Pending;
        };
        let guard = this.guard.as_mut();
        // Polled after its end: the `async` body itself decides what happens.
        if !guard.is_running() {
            return body.poll(context).map(|result| C::end(guard, result));
        }
        guard.entering();
        let unwinding = Unwinding(guard);
        let poll = |guard: &mut Guard| {
            body.poll(context).map(|result| {
                this.classify.here(guard, &result);
                result
            })
        };
        let polled = unwinding
            .0
            .within(poll, |polled| C::ENDS && polled.is_ready());
        unwinding.did_not_happen();
        polled.map(|result| C::end(this.guard.as_mut(), result))
    }
}

/// Tells the compiler the type that an `async` body returns, in code that never runs.
#[doc(hidden)]
#[must_use]
pub fn pin<R>() -> R {
    loop {
        std::thread::park();
    }
}
