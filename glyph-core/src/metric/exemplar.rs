//! Exemplars: the trace of one observation of each bucket.

use std::time::SystemTime;
use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use tracing::level_filters::LevelFilter;

use crate::hex::{Hex, parse_hex};

/// The trace that an observation belongs to (OpenMetrics 1.0, "Exemplars"; W3C Trace Context ids).
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::Exemplar;
///
/// let exemplar = Exemplar::parse("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")?;
/// assert_eq!(exemplar.trace_id(), 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
/// # Ok::<(), glyph_runtime::metric::InvalidTraceId>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemplar {
    /// The halves of the id: an integer of 128 bits would align all that has an exemplar.
    pub(super) trace: [u64; 2],
    pub(super) span: u64,
}

impl Exemplar {
    /// Creates an exemplar of the span with these ids.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the halves of an id are taken apart"
    )]
    pub const fn new(trace_id: u128, span_id: u64) -> Self {
        Self {
            trace: [(trace_id >> 64) as u64, trace_id as u64],
            span: span_id,
        }
    }

    /// Parses ids in hexadecimal (W3C Trace Context).
    ///
    /// # Errors
    ///
    /// Returns [`InvalidTraceId`] if an id is zero, or not 32 (trace) or 16 (span) hexadecimal
    /// digits.
    pub fn parse(trace_id: &str, span_id: &str) -> Result<Self, InvalidTraceId> {
        let trace = parse_hex(trace_id.as_bytes(), 32).ok_or(InvalidTraceId)?;
        let span = parse_hex(span_id.as_bytes(), 16).ok_or(InvalidTraceId)?;
        let span = u64::try_from(span).map_err(|_| InvalidTraceId)?;
        if trace == 0 || span == 0 {
            Err(InvalidTraceId)
        } else {
            Ok(Self::new(trace, span))
        }
    }

    /// The trace id.
    #[must_use]
    pub const fn trace_id(&self) -> u128 {
        let [high, low] = self.trace;
        ((high as u128) << 64) | low as u128
    }

    /// The span id.
    #[must_use]
    pub const fn span_id(&self) -> u64 {
        self.span
    }
}

impl fmt::Display for Exemplar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trace = Hex::<32>::new(self.trace_id());
        let span = Hex::<16>::new(self.span.into());
        write!(formatter, "{}-{}", trace.as_str(), span.as_str())
    }
}

/// The current trace, as the runtime sees it.
#[doc(hidden)]
pub trait CurrentTrace: Send + Sync {
    /// Returns the current span if it is sampled.
    fn exemplar(&self) -> Option<Exemplar>;
}

/// Whether observations in traces that are not sampled become exemplars.
static IN_UNSAMPLED: AtomicBool = AtomicBool::new(false);

static CURRENT: OnceLock<&'static dyn CurrentTrace> = OnceLock::new();

/// Connects exemplars to `current`. Later calls change nothing.
pub(crate) fn connect_current_trace(current: &'static dyn CurrentTrace) {
    let _already = CURRENT.set(current);
}

/// Returns the current span if it is sampled, and a runtime is connected.
#[inline]
pub(crate) fn current_exemplar() -> Option<Exemplar> {
    current_trace()?.exemplar()
}

/// Sets whether observations in traces that are not sampled become exemplars. Default: false.
pub fn keep_unsampled_exemplars(keep: bool) {
    IN_UNSAMPLED.store(keep, Relaxed);
}

/// [`current_exemplar`] of code that is known to be in a trace that is not sampled.
#[inline]
pub(crate) fn unsampled_exemplar() -> Option<Exemplar> {
    IN_UNSAMPLED.load(Relaxed).then(current_exemplar).flatten()
}

/// Returns the connected runtime, if a span may be current.
#[inline]
pub(super) fn current_trace() -> Option<&'static dyn CurrentTrace> {
    // Without a subscriber no span is current: one load instead of a call.
    let is_possible = LevelFilter::current() != LevelFilter::OFF;
    is_possible.then(|| CURRENT.get().copied()).flatten()
}

/// An id that is not one of W3C Trace Context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a trace id is 32 hexadecimal digits and a span id 16, neither all zero")]
pub struct InvalidTraceId;

/// An exemplar with the observed value and the time.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExemplarAt {
    pub exemplar: Exemplar,
    pub value: f64,
    pub time: SystemTime,
}

#[cfg(test)]
mod tests {
    use super::Exemplar;

    #[test]
    fn invalid_ids_are_rejected() {
        let rejected = [
            ("4bf92f3577b34da6a3ce929d0e0e473", "00f067aa0ba902b7"),
            ("4bf92f3577b34da6a3ce929d0e0e4736", "+0f067aa0ba902b7"),
            ("00000000000000000000000000000000", "00f067aa0ba902b7"),
            ("4bf92f3577b34da6a3ce929d0e0e4736", "0000000000000000"),
        ];
        for (trace, span) in rejected {
            assert!(Exemplar::parse(trace, span).is_err(), "{trace} {span}");
        }
    }
}
