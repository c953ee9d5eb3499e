//! A stage around the future of an `async` body.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{
    Guard, Outcome,
    ending::{AtEnd, Ending, GoesOn},
};

pin_project! {
    /// A call under way in an asynchronous function. See [`wrap`].
    #[doc(hidden)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Wrap<F, C> {
        // Empty only while the wrapper is dropped.
        #[pin]
        body: Option<F>,
        guard: Option<Guard>,
        classify: C,
    }

    impl<F, C> PinnedDrop for Wrap<F, C> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let Some(guard) = this.guard.take() else {
                return;
            };
            // The guard would take somebody else's panic, which unwinds through here, for one of the body's.
            let end = {
                let _entered = guard.enter();
                this.body.set(None);
                guard.end(Outcome::Cancelled)
            };
            guard.finish(end);
        }
    }
}

impl<F, C> Wrap<F, C> {
    /// A call that has not begun, and does not before [`begin`](Self::begin).
    pub(super) const fn waiting(body: F, classify: C) -> Self {
        Self {
            body: Some(body),
            guard: None,
            classify,
        }
    }

    /// Begins the call.
    pub(super) fn begin(self: Pin<&mut Self>, guard: Guard) {
        *self.project().guard = Some(guard);
    }
}

/// The future of `body` inside the guard's span. It records when it is ready, as `classify` judges.
///
/// Dropped before that, it drops what is left of the body and records `cancelled`.
#[doc(hidden)]
#[inline]
pub fn wrap<F, C, V>(guard: Guard, body: F, classify: C) -> Wrap<F, C>
where
    F: Future,
    C: Fn(&F::Output) -> V,
    V: Ending,
{
    Wrap {
        body: Some(body),
        guard: Some(guard),
        classify,
    }
}

/// [`wrap`] for a body that gives a stream, with which the call goes on.
#[doc(hidden)]
pub fn wrap_on<F: Future>(guard: Guard, body: F) -> Wrap<F, GoesOn> {
    Wrap {
        body: Some(body),
        guard: Some(guard),
        classify: GoesOn,
    }
}

impl<F, C> Future for Wrap<F, C>
where
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
        // Without a guard it is polled once more after its end, to which an `async` body has its own answer.
        let guard = this.guard.take();
        // A panic drops the guard while it unwinds: that is how `panicked` is told from `cancelled`.
        let polled = {
            let _entered = guard.as_ref().map(Guard::enter);
            body.poll(context).map(|result| {
                let end = guard
                    .as_ref()
                    .map(|guard| this.classify.here(guard, &result));
                (end, result)
            })
        };
        match polled {
            Poll::Ready((end, result)) => Poll::Ready(C::end(guard.zip(end), result)),
            Poll::Pending => {
                *this.guard = guard;
                Poll::Pending
            }
        }
    }
}

/// Names the type that an `async` body returns, where it is never run.
#[doc(hidden)]
#[must_use]
pub fn pin<R>() -> R {
    loop {
        std::thread::park();
    }
}
