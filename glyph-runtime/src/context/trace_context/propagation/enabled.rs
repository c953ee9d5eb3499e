//! The formats that the process propagates.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// A format in which a context is propagated to other processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    TraceContext,
    Baggage,
    B3,
    B3Multi,
    Jaeger,
}

impl Format {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

static ENABLED: AtomicU8 = AtomicU8::new(Format::TraceContext.bit() | Format::Baggage.bit());

/// The formats that are propagated.
#[derive(Clone, Copy, Debug)]
pub(super) struct EnabledFormats(u8);

impl EnabledFormats {
    pub(super) fn now() -> Self {
        Self(ENABLED.load(Relaxed))
    }

    pub(super) fn of(formats: &[Format]) -> Self {
        Self(formats.iter().fold(0, |bits, format| bits | format.bit()))
    }

    pub(super) fn set(self) {
        ENABLED.store(self.0, Relaxed);
    }

    pub(super) fn has(self, format: Format) -> bool {
        self.0 & format.bit() != 0
    }

    /// Whether there is any format besides those of the W3C.
    pub(super) fn has_others(self) -> bool {
        self.0 > (Format::TraceContext.bit() | Format::Baggage.bit())
    }
}
