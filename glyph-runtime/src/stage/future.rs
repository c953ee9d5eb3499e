//! A stage around the future of an `async` body.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{Guard, Outcome, Verdict, guard::End};

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
                End::here(Outcome::Cancelled.into())
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
pub fn wrap<F, C>(guard: Guard, body: F, classify: C) -> Wrap<F, C>
where
    F: Future,
    C: Fn(&F::Output) -> Verdict,
{
    Wrap {
        body: Some(body),
        guard: Some(guard),
        classify,
    }
}

impl<F, C, V> Future for Wrap<F, C>
where
    F: Future,
    C: Fn(&F::Output) -> V,
    V: Into<Verdict>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(body) = this.body.as_pin_mut() else {
            return Poll::Pending;
        };
        // Polled once more after its end, an `async` body has its own answer.
        let Some(guard) = this.guard.take() else {
            return body.poll(context);
        };
        // A panic drops the guard while it unwinds: that is how `panicked` is told from `cancelled`.
        let (polled, end) = {
            let _entered = guard.enter();
            match body.poll(context) {
                Poll::Ready(result) => {
                    let end = End::here((this.classify)(&result).into());
                    (Poll::Ready(result), Some(end))
                }
                Poll::Pending => (Poll::Pending, None),
            }
        };
        match end {
            Some(end) => guard.finish(end),
            None => *this.guard = Some(guard),
        }
        polled
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
