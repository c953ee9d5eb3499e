//! The filter of a layer, which records of stages do not pass.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use glyph_core::__runtime::SpanCallsite;
use tracing::Metadata;

/// The callsites whose answers are kept. The filter is asked about others each time.
const KEPT: usize = 4096;
const ACCEPTED: u8 = 1;
const REJECTED: u8 = 2;

/// A filter, and its answers by the numbers of callsites.
pub(in crate::trace) struct CallsiteFilter {
    filter: Box<dyn Fn(&Metadata<'_>) -> bool + Send + Sync>,
    answers: Box<[AtomicU8]>,
}

impl CallsiteFilter {
    pub(in crate::trace) fn new(
        filter: impl Fn(&Metadata<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            filter: Box::new(filter),
            answers: (0..KEPT).map(|_| AtomicU8::new(0)).collect(),
        }
    }

    pub(super) fn accepts(&self, callsite: &'static SpanCallsite) -> bool {
        let answer = self.answers.get(callsite.number());
        match answer.map(|answer| answer.load(Relaxed)) {
            Some(ACCEPTED) => true,
            Some(REJECTED) => false,
            _ => {
                let accepts = (self.filter)(callsite.metadata());
                if let Some(answer) = answer.filter(|_| callsite.number() > 0) {
                    answer.store(if accepts { ACCEPTED } else { REJECTED }, Relaxed);
                }
                accepts
            }
        }
    }
}
