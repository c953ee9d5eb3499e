//! A line as one JSON object.

use std::io::Write;

use super::{
    line::{Head, Key},
    text,
};

/// The longest target, in bytes.
const LONGEST_TARGET: usize = 256;

pub(super) fn push_head(out: &mut Vec<u8>, head: &Head<'_>) {
    out.extend_from_slice(b"{\"timestamp\":\"");
    out.extend_from_slice(head.timestamp.as_bytes());
    out.extend_from_slice(b"\",\"level\":\"");
    out.extend_from_slice(head.level.as_str().as_bytes());
    out.extend_from_slice(b"\",\"message\":");
    out.extend_from_slice(head.message);
    out.extend_from_slice(b",\"target\":");
    text::push_str(out, head.target, LONGEST_TARGET);
    if let Some((trace, span, _)) = head.correlation.span {
        let _infallible = write!(out, ",\"trace_id\":\"{trace}\",\"span_id\":\"{span}\"");
    }
}

pub(super) fn push_field(out: &mut Vec<u8>, key: Key, value: &[u8]) {
    out.push(b',');
    if key.prefix.is_empty() {
        text::push_str(out, key.name, usize::MAX);
    } else {
        // Names that need a prefix are known, and none of them needs escaping.
        for part in ["\"", key.prefix, key.name, "\""] {
            out.extend_from_slice(part.as_bytes());
        }
    }
    out.push(b':');
    out.extend_from_slice(value);
}
