//! Whether spans of unsampled traces are wanted.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static WANTED_BY: AtomicUsize = AtomicUsize::new(0);

/// Whether any pipeline keeps failures, so that a stage has to build its span under an unsampled root too.
pub(crate) fn are_recorded() -> bool {
    WANTED_BY.load(Relaxed) > 0
}

/// While there is one, unsampled spans are recorded.
#[derive(Debug)]
pub(crate) struct Wanted(());

impl Wanted {
    pub(crate) fn new() -> Self {
        WANTED_BY.fetch_add(1, Relaxed);
        Self(())
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        WANTED_BY.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, are_recorded};

    #[test]
    fn wanted_as_long_as_one_pipeline_wants_them() {
        let first = Wanted::new();
        let second = Wanted::new();
        drop(first);
        assert!(are_recorded());
        drop(second);
    }
}
