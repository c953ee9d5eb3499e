//! What a call consists of, and the labels that it goes by.

use std::{pin::Pin, sync::Arc};

use pin_project_lite::pin_project;

use crate::scope::ScopeLabels;

pin_project! {
    /// A future or a body that is a call's to its very end: what it holds is let go of with the call's labels.
    #[derive(Debug)]
    pub(crate) struct Inside<T> {
        // Empty only while it is dropped.
        #[pin]
        inner: Option<T>,
        labels: Option<Arc<ScopeLabels>>,
    }

    impl<T> PinnedDrop for Inside<T> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(labels) = this.labels {
                labels.in_scope(|| this.inner.set(None));
            }
        }
    }
}

impl<T> Inside<T> {
    pub(crate) const fn new(inner: T, labels: Option<Arc<ScopeLabels>>) -> Self {
        Self {
            inner: Some(inner),
            labels,
        }
    }

    pub(crate) const fn inner(&self) -> Option<&T> {
        self.inner.as_ref()
    }

    pub(crate) fn as_pin_mut(self: Pin<&mut Self>) -> Option<Pin<&mut T>> {
        self.project().inner.as_pin_mut()
    }
}
