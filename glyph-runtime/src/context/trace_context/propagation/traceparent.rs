//! The header `traceparent` (W3C Trace Context, "Traceparent Header").

use std::str;

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};

/// The length of version 00: `vv-tttttttttttttttttttttttttttttttt-ssssssssssssssss-ff`.
const LENGTH: usize = 55;
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
pub(crate) fn format(span: &SpanContext) -> Option<String> {
    let flags = span.trace_flags().to_u8() & (TraceFlags::SAMPLED.to_u8() | RANDOM);
    if !span.is_valid() {
        return None;
    }
    let (trace, id) = (span.trace_id().to_bytes(), span.span_id().to_bytes());
    let mut text = [b'-'; LENGTH];
    for (from, bytes) in [(0, &[0][..]), (3, &trace), (36, &id), (53, &[flags])] {
        for (digit_slot, byte) in text.iter_mut().skip(from).step_by(2).zip(bytes) {
            *digit_slot = digit(byte >> 4);
        }
        for (digit_slot, byte) in text.iter_mut().skip(from + 1).step_by(2).zip(bytes) {
            *digit_slot = digit(byte & 0xf);
        }
    }
    str::from_utf8(&text).ok().map(str::to_owned)
}

const fn digit(value: u8) -> u8 {
    value + if value < 10 { b'0' } else { b'a' - 10 }
}

/// Parses exactly so many lower-case digits. The standard library would accept a sign and upper
/// case.
fn hex(digits: &[u8], length: usize) -> Option<u128> {
    if digits.len() != length {
        return None;
    }
    digits.iter().try_fold(0, |value, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u128::from(digit))
    })
}
