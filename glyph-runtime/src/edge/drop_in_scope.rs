//! Drops a future or a body with the scope labels of its call.

use std::{pin::Pin, sync::Arc};

use pin_project_lite::pin_project;

use glyph_core::scope::ScopeLabels;

pin_project! {
    /// A future or a body of a call. What its destructor records gets the call's scope labels.
    #[derive(Debug)]
    pub(super) struct DropInScope<T> {
        // `None` only while it is dropped.
        #[pin]
        inner: Option<T>,
        labels: Option<Arc<ScopeLabels>>,
    }

    impl<T> PinnedDrop for DropInScope<T> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(labels) = this.labels {
                labels.in_scope(|| this.inner.set(None));
            }
        }
    }
}

impl<T> DropInScope<T> {
    pub(super) const fn new(inner: T, labels: Option<Arc<ScopeLabels>>) -> Self {
        Self {
            inner: Some(inner),
            labels,
        }
    }

    pub(super) const fn inner(&self) -> Option<&T> {
        self.inner.as_ref()
    }

    pub(super) fn as_pin_mut(self: Pin<&mut Self>) -> Option<Pin<&mut T>> {
        self.project().inner.as_pin_mut()
    }
}
