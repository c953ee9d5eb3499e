//! The ids of spans, as digits of headers.

use glyph_core::__runtime::{Hex, parse_hex};
use opentelemetry::trace::SpanContext;

/// The ids of a span, in lower case.
pub(super) struct Ids {
    trace: Hex<32>,
    span: Hex<16>,
}

impl Ids {
    pub(super) fn trace(&self) -> &str {
        self.trace.as_str()
    }

    pub(super) fn span(&self) -> &str {
        self.span.as_str()
    }
}

/// Returns the ids of a span, if it is valid.
pub(super) fn of(span: &SpanContext) -> Option<Ids> {
    span.is_valid().then(|| Ids {
        trace: Hex::new(u128::from_be_bytes(span.trace_id().to_bytes())),
        span: Hex::new(u64::from_be_bytes(span.span_id().to_bytes()).into()),
    })
}

/// Returns the digit of a span's sampling decision, in formats that are not of the W3C.
pub(super) fn sampled(span: &SpanContext) -> &'static str {
    if span.is_sampled() { "1" } else { "0" }
}

/// Parses digits of one of these lengths.
pub(super) fn hex(digits: &str, lengths: &[usize]) -> Option<u128> {
    let mut lengths = lengths.iter();
    lengths.find_map(|length| parse_hex(digits.as_bytes(), *length))
}

/// Parses at least one digit, and at most `most`.
pub(super) fn up_to(digits: &str, most: usize) -> Option<u128> {
    let is_short = (1..=most).contains(&digits.len());
    is_short.then(|| hex(digits, &[digits.len()])).flatten()
}
