//! Whether the spans of stages have the names of their functions.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static WANTED: AtomicUsize = AtomicUsize::new(0);

/// Keeps names on spans while it exists. A pipeline that exports them has one.
#[derive(Debug)]
pub(crate) struct FunctionNames(());

impl FunctionNames {
    pub(crate) fn new() -> Self {
        WANTED.fetch_add(1, Relaxed);
        Self(())
    }
}

impl Drop for FunctionNames {
    fn drop(&mut self) {
        WANTED.fetch_sub(1, Relaxed);
    }
}

#[inline]
pub(super) fn are_wanted() -> bool {
    WANTED.load(Relaxed) > 0
}
