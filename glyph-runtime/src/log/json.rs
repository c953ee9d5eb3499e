//! A line as one JSON object.

use super::{
    line::Head,
    names::{Key, LineField, Names},
    text,
};
use glyph_core::__runtime::Hex;

/// The longest target, in bytes.
const LONGEST_TARGET: usize = 256;

/// The names need no escapes, see [`FieldNames`](super::FieldNames).
pub(super) fn push_head(out: &mut Vec<u8>, head: &Head<'_>, names: &Names) {
    let level = names.level(head.level);
    let timestamp = names.of(LineField::Timestamp);
    push(out, ["{\"", timestamp, "\":\"", head.timestamp]);
    push(out, ["\",\"", names.of(LineField::Level), "\":\"", level]);
    push(out, ["\",\"", names.of(LineField::Message), "\":"]);
    out.extend_from_slice(head.message);
    push(out, [",\"", names.of(LineField::Target), "\":"]);
    text::push_str(out, head.target, LONGEST_TARGET);
    if let Some((trace, span, _)) = head.correlation.span {
        let (trace_key, span_key) = (names.of(LineField::TraceId), names.of(LineField::SpanId));
        let trace = Hex::<32>::new(u128::from_be_bytes(trace.to_bytes()));
        let span = Hex::<16>::new(u64::from_be_bytes(span.to_bytes()).into());
        push(out, [",\"", trace_key, "\":\""]);
        out.extend_from_slice(trace.as_bytes());
        push(out, ["\",\"", span_key, "\":\""]);
        out.extend_from_slice(span.as_bytes());
        out.push(b'"');
    }
}

/// Appends the key of a field whose name needs no escapes.
#[inline]
pub(super) fn push_key(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

pub(super) fn push_field(out: &mut Vec<u8>, key: Key<'_>, value: &[u8]) {
    out.push(b',');
    if key.prefix.is_empty() {
        text::push_str(out, key.name, usize::MAX);
    } else {
        // Names that need a prefix are known, and none of them needs escaping.
        push(out, ["\"", key.prefix, key.name, "\""]);
    }
    out.push(b':');
    out.extend_from_slice(value);
}

fn push<const PARTS: usize>(out: &mut Vec<u8>, parts: [&str; PARTS]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}
