//! A future that is always polled in a scope.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::ScopeLabels;

pin_project! {
    /// A future or a stream that is polled in a scope, on any thread. See [`ScopeLabels::scope`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InScope<F> {
        // `None` only while the wrapper is dropped: a destructor of the future can record.
        #[pin]
        inner: Option<F>,
        labels: ScopeLabels,
    }

    impl<F> PinnedDrop for InScope<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.labels.enter();
            this.inner.set(None);
        }
    }
}

impl<F> InScope<F> {
    pub(super) const fn new(labels: ScopeLabels, inner: F) -> Self {
        Self {
            inner: Some(inner),
            labels,
        }
    }

    /// Returns the labels.
    pub const fn labels(&self) -> &ScopeLabels {
        &self.labels
    }
}

impl<F: Future> Future for InScope<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.labels.enter();
        match this.inner.as_pin_mut() {
            Some(future) => future.poll(context),
            None => Poll::Pending,
        }
    }
}

impl<S: Stream> Stream for InScope<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let _entered = this.labels.enter();
        match this.inner.as_pin_mut() {
            Some(stream) => stream.poll_next(context),
            None => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), S::size_hint)
    }
}
