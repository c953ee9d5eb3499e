//! The spans whose observations become exemplars.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use glyph_core::__runtime::keep_unsampled_exemplars;

const TRACE_BASED: u8 = 0;
const ALWAYS_ON: u8 = 1;
const ALWAYS_OFF: u8 = 2;

static FILTER: AtomicU8 = AtomicU8::new(TRACE_BASED);

/// Sets which spans have exemplars, for the whole process: sampled ones, and the others.
pub(crate) fn set_exemplar_filter(sampled: bool, unsampled: bool) {
    let filter = match (sampled, unsampled) {
        (true, false) => TRACE_BASED,
        (true, true) => ALWAYS_ON,
        (false, _) => ALWAYS_OFF,
    };
    FILTER.store(filter, Relaxed);
    keep_unsampled_exemplars(filter == ALWAYS_ON);
}

/// Whether a span that is sampled or not has exemplars.
pub(super) fn keeps(is_sampled: bool) -> bool {
    match FILTER.load(Relaxed) {
        TRACE_BASED => is_sampled,
        filter => filter == ALWAYS_ON,
    }
}
