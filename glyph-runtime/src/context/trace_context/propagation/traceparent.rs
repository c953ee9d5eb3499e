//! The header `traceparent` (W3C Trace Context, "Traceparent Header").

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};

use glyph_core::__runtime::{Hex, parse_hex};

/// The length of version 00: `vv-tttttttttttttttttttttttttttttttt-ssssssssssssssss-ff`.
pub(crate) const LENGTH: usize = 55;
/// The flag of a trace id with at least 7 random bytes at its end (level 2, "Random Trace ID
/// Flag").
const RANDOM: u8 = 0x02;

pub(super) fn parse(header: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    let header = header.trim_ascii();
    let (known, rest) = header.split_at_checked(LENGTH)?;
    let mut parts = known.split(|byte| *byte == b'-');
    let version = hex(parts.next()?, 2)?;
    let trace = TraceId::from(hex(parts.next()?, 32)?);
    let span = SpanId::from(u64::try_from(hex(parts.next()?, 16)?).ok()?);
    let flags = u8::try_from(hex(parts.next()?, 2)?).ok()?;
    let known_flags = match (version, rest) {
        (0, []) => TraceFlags::SAMPLED.to_u8() | RANDOM,
        (1..=0xfe, [] | [b'-', ..]) => TraceFlags::SAMPLED.to_u8(),
        _ => return None,
    };
    let valid = trace != TraceId::INVALID && span != SpanId::INVALID;
    valid.then(|| (trace, span, TraceFlags::new(flags & known_flags)))
}

/// Returns the value for a span.
pub(super) fn format(span: &SpanContext) -> Option<String> {
    let mut text = Vec::with_capacity(LENGTH);
    push(&mut text, span)
        .then(|| String::from_utf8(text).ok())
        .flatten()
}

/// Appends the value for a span, if the span is valid. Returns whether it is.
pub(crate) fn push(text: &mut Vec<u8>, span: &SpanContext) -> bool {
    if !span.is_valid() {
        return false;
    }
    let flags = span.trace_flags().to_u8() & (TraceFlags::SAMPLED.to_u8() | RANDOM);
    let trace = Hex::<32>::new(u128::from_be_bytes(span.trace_id().to_bytes()));
    let id = Hex::<16>::new(u64::from_be_bytes(span.span_id().to_bytes()).into());
    let flags = Hex::<2>::new(flags.into());
    text.extend_from_slice(b"00-");
    text.extend_from_slice(trace.as_bytes());
    text.push(b'-');
    text.extend_from_slice(id.as_bytes());
    text.push(b'-');
    text.extend_from_slice(flags.as_bytes());
    true
}

/// Parses exactly so many lower-case digits. The standard library would accept a sign and upper
/// case.
fn hex(digits: &[u8], length: usize) -> Option<u128> {
    let is_lower = !digits.iter().any(u8::is_ascii_uppercase);
    parse_hex(digits, length).filter(|_| is_lower)
}
