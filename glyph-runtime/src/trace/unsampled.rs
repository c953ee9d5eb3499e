//! Whether spans of unsampled traces are wanted.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static WANTED_BY: AtomicUsize = AtomicUsize::new(0);

/// Whether any pipeline keeps failures, so that a stage has to build its span under an unsampled root too.
pub(crate) fn are_recorded() -> bool {
    WANTED_BY.load(Relaxed) > 0
}

/// While there is one, unsampled spans are recorded.
#[derive(Debug)]
pub(crate) struct Wanted(&'static AtomicUsize);

impl Wanted {
    pub(crate) fn new() -> Self {
        Self::counted_in(&WANTED_BY)
    }

    fn counted_in(wanted_by: &'static AtomicUsize) -> Self {
        wanted_by.fetch_add(1, Relaxed);
        Self(wanted_by)
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{AtomicUsize, Relaxed, Wanted, are_recorded};

    #[test]
    fn unsampled_spans_are_recorded_while_a_pipeline_wants_them() {
        let _wanted = Wanted::new();
        assert!(are_recorded());
    }

    #[test]
    fn unsampled_spans_are_wanted_until_the_last_pipeline_is_gone() {
        // A count of its own: other tests of this process start pipelines too.
        static WANTED_BY: AtomicUsize = AtomicUsize::new(0);
        let first = Wanted::counted_in(&WANTED_BY);
        let second = Wanted::counted_in(&WANTED_BY);
        drop(first);
        assert_eq!(WANTED_BY.load(Relaxed), 1);
        drop(second);
        assert_eq!(WANTED_BY.load(Relaxed), 0);
    }
}
