//! The formats that the process propagates.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

pub(super) const TRACES: u8 = 1;
pub(super) const BAGGAGE: u8 = 2;

pub(super) static ENABLED: AtomicU8 = AtomicU8::new(TRACES | BAGGAGE);

/// The formats that are propagated.
#[derive(Clone, Copy, Debug)]
pub(super) struct EnabledFormats(u8);

impl EnabledFormats {
    pub(super) fn now() -> Self {
        Self(ENABLED.load(Relaxed))
    }

    pub(super) fn traces(self) -> bool {
        self.0 & TRACES != 0
    }

    pub(super) fn baggage(self) -> bool {
        self.0 & BAGGAGE != 0
    }
}
