//! A future that carries its context along.

use std::{
    pin::Pin,
    task::{self, Poll},
};

use pin_project_lite::pin_project;

use super::Context;

pin_project! {
    /// A future in a context, on whatever thread it is polled. See [`Context::scope`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InContext<F> {
        // `None` only while the wrapper is dropped.
        #[pin]
        future: Option<F>,
        context: Context,
    }

    impl<F> PinnedDrop for InContext<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _attached = this.context.attach();
            this.future.set(None);
        }
    }
}

impl<F> InContext<F> {
    pub(super) const fn new(context: Context, future: F) -> Self {
        Self {
            future: Some(future),
            context,
        }
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _attached = this.context.attach();
        match this.future.as_pin_mut() {
            Some(future) => future.poll(context),
            None => Poll::Pending,
        }
    }
}
