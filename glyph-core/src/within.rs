//! Futures and streams that are polled and dropped in an environment.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use pin_project_lite::pin_project;

/// Something that is current on a thread while code runs in it: labels, a context, a capture.
pub trait Environment {
    /// Runs `work` in this environment.
    fn run<R>(&self, work: impl FnOnce() -> R) -> R;
}

pin_project! {
    /// A future or a stream that is polled and dropped in an environment, on any thread.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Within<T, E: Environment> {
        // Empty only while the wrapper is dropped.
        #[pin]
        inner: Option<T>,
        environment: E,
    }

    impl<T, E: Environment> PinnedDrop for Within<T, E> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.environment.run(|| this.inner.set(None));
        }
    }
}

impl<T, E: Environment> Within<T, E> {
    /// Wraps a future or a stream.
    #[doc(hidden)]
    pub const fn new(environment: E, inner: T) -> Self {
        Self {
            inner: Some(inner),
            environment,
        }
    }

    pub(crate) const fn environment(&self) -> &E {
        &self.environment
    }
}

impl<F: Future, E: Environment> Future for Within<F, E> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let inner = this.inner.as_pin_mut();
        inner.map_or(Poll::Pending, |future| {
            this.environment.run(|| future.poll(context))
        })
    }
}

impl<S: Stream, E: Environment> Stream for Within<S, E> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let inner = this.inner.as_pin_mut();
        inner.map_or(Poll::Ready(None), |stream| {
            this.environment.run(|| stream.poll_next(context))
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), S::size_hint)
    }
}
