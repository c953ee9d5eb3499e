//! The header `baggage` (W3C Baggage, "Baggage HTTP Header Format").

use std::str;

use percent_encoding::percent_decode_str;

use super::super::{Baggage, MAX_BYTES, MAX_ENTRIES, is_visible};

/// Omits entries that are malformed or exceed a limit. Reads no further than the limits.
pub(super) fn parse<'h>(headers: impl Iterator<Item = &'h [u8]>) -> Baggage {
    let mut baggage = Baggage::default();
    let members = headers.flat_map(|header| header.split(|byte| *byte == b','));
    let mut read = 0;
    for member in members.take(2 * MAX_ENTRIES) {
        read += member.len();
        if read > MAX_BYTES {
            break;
        }
        let _left_out = put(&mut baggage, member);
        read += 1;
    }
    baggage
}

fn put(baggage: &mut Baggage, member: &[u8]) -> Option<()> {
    if !member.iter().copied().all(is_visible) {
        return None;
    }
    let member = str::from_utf8(member).ok()?;
    let (pair, properties) = member.split_once(';').unwrap_or((member, ""));
    let (key, value) = pair.split_once('=')?;
    let value = percent_decode_str(value.trim()).decode_utf8_lossy();
    baggage.put(key.trim(), &value, properties.trim()).ok()
}
