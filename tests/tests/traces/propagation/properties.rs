//! Whatever a header contains, there is no panic and no invalid parent, and memory is limited.

use glyph_runtime::{
    context::{Baggage, MAX_BYTES, MAX_ENTRIES},
    trace::propagation::{self, Remote},
};
use http::{HeaderMap, HeaderValue};
use proptest::{collection::vec, prelude::*};

use crate::propagation::traced::outgoing;

/// Returns a strategy for any valid HTTP header value.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(
        prop_oneof![0x20_u8..0x7f, 0x80_u8..=0xff, Just(b'\t')],
        0..300,
    )
}

/// Returns a strategy for valid headers with some letters changed, removed or repeated.
fn nearly(valid: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let letter = prop_oneof![
        0x20_u8..0x7f,
        0x80_u8..=0xff,
        prop::sample::select(b"-,;=%+0fF".to_vec())
    ];
    let change = (0..valid.len(), letter, 0..3_u8, 0..70_usize);
    vec(change, 0..4).prop_map(move |changes| {
        let mut header = valid.as_bytes().to_vec();
        for (at, letter, kind, times) in changes {
            let at = at.min(header.len());
            let end = (at + 1).min(header.len());
            match kind {
                0 => header.splice(at..end, [letter]).for_each(drop),
                1 => header.splice(at..end, []).for_each(drop),
                _ => header.splice(at..at, vec![letter; times]).for_each(drop),
            }
        }
        header
    })
}

fn members() -> impl Strategy<Value = Vec<u8>> {
    let member = "[a-z0-9_*/@-]{0,8}={0,2}[ -~]{0,20}[;,]?";
    (vec(member, 0..6), 1..40_usize)
        .prop_map(|(members, times)| members.join(",").repeat(times).into_bytes())
}

fn parent() -> impl Strategy<Value = Vec<u8>> {
    let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let parts = "[0-9a-f]{2}-[0-9a-fA-F]{31,33}-[0-9a-f]{15,17}-[0-9a-f]{2}(-.{0,9})?";
    let shaped = parts.prop_map(String::into_bytes);
    prop_oneof![3 => nearly(valid), 2 => shaped, 1 => bytes()]
}

fn state() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        nearly("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
        members(),
        bytes()
    ]
}

fn baggage() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        nearly("userId=Am%C3%A9lie,serverNode=DF%2028;p=1"),
        members(),
        bytes()
    ]
}

fn headers(of: [(&'static str, &[Vec<u8>]); 3]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, values) in of {
        // `.` matches any character except a line feed, so some values are not valid in a header.
        for value in values
            .iter()
            .filter_map(|value| HeaderValue::from_bytes(value).ok())
        {
            headers.append(name, value);
        }
    }
    headers
}

fn is_bounded(remote: &Remote) {
    if let Some(span) = remote.span_context() {
        assert!(span.is_valid());
        let state = span.trace_state().header();
        assert!(state.len() <= 512 && state.split(',').count() <= 32);
    }
    assert!(remote.baggage().len() <= MAX_ENTRIES);
    assert!(remote.baggage().to_string().len() <= MAX_BYTES);
}

/// Asserts that propagated headers equal the accepted ones, and are valid.
fn is_handed_on(remote: &Remote) {
    let outgoing = remote.in_scope(outgoing);
    for value in outgoing.values() {
        assert!(
            value
                .bytes()
                .all(|byte| (b' '..=b'~').contains(&byte) || byte == b'\t'),
            "{value:?}"
        );
    }
    assert_eq!(&propagation::extract(&outgoing), remote);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn malformed_headers_are_never_a_parent(
        parents in vec(parent(), 1..=2),
        states in vec(state(), 0..=2),
        baggages in vec(baggage(), 0..=2),
    ) {
        let headers = headers([("traceparent", &parents), ("tracestate", &states), ("baggage", &baggages)]);
        let remote = propagation::extract(&headers);
        is_bounded(&remote);
        is_handed_on(&remote);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn well_formed_parent_is_accepted(header in parent()) {
        let map = headers([("traceparent", std::slice::from_ref(&header)), ("tracestate", &[]), ("baggage", &[])]);
        let taken = propagation::extract(&map).span_context().is_some();
        let header = String::from_utf8_lossy(&header);
        let header = header.trim_matches([' ', '\t']);
        prop_assert_eq!(taken, is_well_formed(header), "{}", header);
    }

    #[test]
    fn any_text_propagates_as_baggage(values in vec(any::<String>(), 0..4)) {
        let mut held = Baggage::default();
        for (index, value) in values.iter().enumerate() {
            held = held.try_with(&format!("k{index}"), value).unwrap();
        }
        let outgoing = held.in_scope(outgoing);
        let remote = propagation::extract(&outgoing);
        prop_assert_eq!(remote.baggage(), &held);
    }
}

/// Returns whether a header matches the grammar of the specification, implemented independently.
fn is_well_formed(header: &str) -> bool {
    let parts: Vec<_> = header.splitn(5, '-').collect();
    let [version, trace, span, flags, rest @ ..] = parts.as_slice() else {
        return false;
    };
    let lengths = [(version, 2), (trace, 32), (span, 16), (flags, 2)];
    let hex = |text: &str| {
        text.chars()
            .all(|letter| "0123456789abcdef".contains(letter))
    };
    let zero = |text: &str| text.chars().all(|letter| letter == '0');
    lengths
        .iter()
        .all(|(part, length)| part.len() == *length && hex(part))
        && *version != "ff"
        && (*version != "00" || rest.is_empty())
        && !zero(trace)
        && !zero(span)
}
