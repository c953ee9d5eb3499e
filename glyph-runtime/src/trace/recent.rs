//! The ring of a pipeline, for readers.

use std::sync::Arc;

use super::{Trace, processor::Routes, ring::Ring};

/// Reads the ring of a pipeline.
#[derive(Clone, Debug)]
pub(crate) struct RecentTraces(Arc<Routes>);

impl RecentTraces {
    pub(super) fn of(routes: &Arc<Routes>) -> Self {
        Self(Arc::clone(routes))
    }

    /// Whether there is a ring, which a program can disable.
    #[cfg(feature = "console")]
    pub(crate) fn are_kept(&self) -> bool {
        self.0.ring.is_some()
    }

    /// Returns the traces, the latest first.
    pub(crate) fn all(&self) -> Vec<Trace> {
        self.0.collect_now();
        let ring = self.0.ring.as_ref();
        ring.map(Ring::recent).unwrap_or_default()
    }
}
