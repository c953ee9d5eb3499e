//! The header `tracestate` (W3C Trace Context, "Tracestate Header").

use std::str;

use opentelemetry::trace::TraceState;

const MEMBERS: usize = 32;
/// The limit of bytes, which is what W3C Trace Context asks to propagate at least.
const BYTES: usize = 512;
/// Members longer than this are removed first.
const LONG: usize = 128;
/// The limit of bytes of a key, and of a value.
const PART: usize = 256;

/// Returns the state. `None` if any part of it is malformed.
pub(super) fn parse<'h>(headers: impl Iterator<Item = &'h [u8]>) -> Option<TraceState> {
    let mut members: Vec<(&str, &str)> = Vec::new();
    for header in headers {
        for member in header.split(|byte| *byte == b',') {
            let member = member.trim_ascii();
            if member.is_empty() {
                continue;
            }
            let (key, value) = pair(member)?;
            if members.len() == MEMBERS || members.iter().any(|(other, _)| *other == key) {
                return None;
            }
            members.push((key, value));
        }
    }
    shorten(&mut members);
    TraceState::from_key_value(members).ok()
}

/// Removes members until the rest fits (W3C Trace Context, "Tracestate Limits").
fn shorten(members: &mut Vec<(&str, &str)>) {
    while bytes(members) > BYTES {
        let long = members.iter().rposition(|member| length(member) > LONG);
        match long {
            Some(at) => {
                members.remove(at);
            }
            None => {
                members.pop();
            }
        }
    }
}

fn bytes(members: &[(&str, &str)]) -> usize {
    let commas = members.len().saturating_sub(1);
    members.iter().map(length).sum::<usize>() + commas
}

fn length((key, value): &(&str, &str)) -> usize {
    key.len() + 1 + value.len()
}

fn pair(member: &[u8]) -> Option<(&str, &str)> {
    let (key, value) = str::from_utf8(member).ok()?.split_once('=')?;
    (is_key(key) && is_value(value)).then_some((key, value))
}

fn is_key(key: &str) -> bool {
    let starts =
        key.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/@".contains(&byte);
    starts && key.len() <= PART && key.bytes().all(allowed)
}

fn is_value(value: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'=';
    (1..=PART).contains(&value.len()) && value.bytes().all(allowed)
}
