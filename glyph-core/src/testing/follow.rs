//! A future that is always polled in a capture.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::Capture;

pin_project! {
    /// A future that is polled in a capture, on any thread. See [`Capture::follow`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Followed<F> {
        // Empty only while the wrapper is dropped.
        #[pin]
        future: Option<F>,
        capture: Capture,
    }

    impl<F> PinnedDrop for Followed<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.capture.enter();
            this.future.set(None);
        }
    }
}

impl<F> Followed<F> {
    pub(super) const fn new(capture: Capture, future: F) -> Self {
        Self {
            future: Some(future),
            capture,
        }
    }
}

impl<F: Future> Future for Followed<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = this.capture.enter();
        match this.future.as_pin_mut() {
            Some(future) => future.poll(context),
            None => Poll::Pending,
        }
    }
}
