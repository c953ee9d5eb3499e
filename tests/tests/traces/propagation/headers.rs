//! Accepted and rejected headers.

use std::collections::HashMap;

use glyph_runtime::trace::propagation;
use http::{HeaderMap, HeaderValue};
use opentelemetry::trace::SpanContext;

use crate::propagation::traced::{SPAN, TRACE, headers, outgoing};

fn parent(header: &str) -> Option<SpanContext> {
    let remote = propagation::extract(&headers(&[("traceparent", header)]));
    remote.span_context().cloned()
}

#[test]
fn remote_parent_is_the_callers_span() {
    let span = parent(&format!("00-{TRACE}-{SPAN}-01")).unwrap();
    assert_eq!(span.trace_id().to_string(), TRACE);
    assert_eq!(span.span_id().to_string(), SPAN);
    assert!(span.is_sampled() && span.is_remote() && span.is_valid());
    assert!(
        !parent(&format!("00-{TRACE}-{SPAN}-00"))
            .unwrap()
            .is_sampled()
    );
}

#[test]
fn flags_of_a_later_level_do_not_lose_the_parent() {
    let random = parent(&format!("00-{TRACE}-{SPAN}-03")).unwrap();
    assert_eq!(random.trace_flags().to_u8(), 0x03);
    let unknown = parent(&format!("00-{TRACE}-{SPAN}-ff")).unwrap();
    assert_eq!(unknown.trace_flags().to_u8(), 0x03);
    let later = parent(&format!("cc-{TRACE}-{SPAN}-ff-more-to-come")).unwrap();
    assert_eq!(later.trace_flags().to_u8(), 0x01);
    assert!(parent(&format!("01-{TRACE}-{SPAN}-01")).is_some());
}

#[test]
fn malformed_parent_is_ignored() {
    let upper = TRACE.to_uppercase();
    let zeros = "0".repeat(32);
    for header in [
        String::new(),
        "-".repeat(55),
        format!("00-{TRACE}-{SPAN}"),
        format!("00-{TRACE}-{SPAN}-1"),
        format!("00-{TRACE}-{SPAN}-01-"),
        format!("00-{TRACE}-{SPAN}-01-more"),
        format!("00-{TRACE}-{SPAN}-0g"),
        format!("00-{TRACE}-{SPAN}-+1"),
        format!("00-{upper}-{SPAN}-01"),
        format!("00-{zeros}-{SPAN}-01"),
        format!("00-{TRACE}-0000000000000000-01"),
        format!("00-42-{SPAN}-01"),
        format!("00-+{}-{SPAN}-01", &TRACE[1..]),
        format!("00-{TRACE}0-{SPAN}-01"),
        format!("ff-{TRACE}-{SPAN}-01"),
        format!("0-{TRACE}-{SPAN}-001"),
        format!("+0-{TRACE}-{SPAN}-01"),
        format!("01-{TRACE}-{SPAN}-01.more"),
        format!("00-{TRACE}-{SPAN}-01,00-{TRACE}-{SPAN}-01"),
        format!("00_{TRACE}_{SPAN}_01"),
        format!("00-{}é-{SPAN}-01", &TRACE[2..]),
    ] {
        assert_eq!(parent(&header), None, "{header:?}");
    }
}

#[test]
fn repeated_traceparent_is_ignored() {
    let mut headers = HeaderMap::new();
    for _ in 0..2 {
        let value = HeaderValue::try_from(format!("00-{TRACE}-{SPAN}-01")).unwrap();
        headers.append("traceparent", value);
    }
    assert_eq!(propagation::extract(&headers).span_context(), None);
}

fn state(values: &[&[u8]]) -> String {
    let mut headers = HeaderMap::new();
    let parent = HeaderValue::try_from(format!("00-{TRACE}-{SPAN}-01")).unwrap();
    headers.insert("traceparent", parent);
    for value in values {
        headers.append("tracestate", HeaderValue::from_bytes(value).unwrap());
    }
    let remote = propagation::extract(&headers);
    remote.span_context().unwrap().trace_state().header()
}

#[test]
fn tracestates_of_several_headers_are_joined() {
    assert_eq!(
        state(&[b"rojo=1, congo=a b", b"", b"1@v=!"]),
        "rojo=1,congo=a b,1@v=!"
    );
}

#[test]
fn malformed_tracestate_is_dropped_and_the_parent_kept() {
    let many: Vec<_> = (0..33).map(|n| format!("k{n}=v")).collect();
    for value in [
        many.join(",").as_bytes(),
        b"Rojo=1",
        b"rojo",
        b"rojo=",
        b"rojo=1=2",
        b"rojo=1,rojo=2",
        b"rojo=a\tb",
        b"rojo=\xff",
        "rojo=é".as_bytes(),
        format!("{}=1", "k".repeat(257)).as_bytes(),
        format!("k={}", "v".repeat(257)).as_bytes(),
    ] {
        assert_eq!(state(&[value]), "", "{:?}", String::from_utf8_lossy(value));
    }
    let most: Vec<_> = (0..32).map(|n| format!("k{n}=v")).collect();
    assert_eq!(state(&[most.join(",").as_bytes()]), most.join(","));
}

#[test]
fn long_tracestate_loses_its_longest_members() {
    let long = format!("long={}", "v".repeat(200));
    let short: Vec<_> = (0..4).map(|n| format!("k{n}={}", "v".repeat(90))).collect();
    let header = format!("{long},{}", short.join(","));
    assert_eq!(state(&[header.as_bytes()]), short.join(","));
    let more: Vec<_> = (0..9).map(|n| format!("k{n}={}", "v".repeat(90))).collect();
    assert_eq!(state(&[more.join(",").as_bytes()]), more[..5].join(","));
}

#[test]
fn extracted_context_is_injected_unchanged() {
    let came = headers(&[
        ("traceparent", &format!("00-{TRACE}-{SPAN}-03")),
        ("tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
        ("baggage", "tenant=ibex%2C north;ttl=1, user=Am%C3%A9lie"),
    ]);
    let went = propagation::extract(&came).in_scope(outgoing);
    assert_eq!(went["traceparent"], came["traceparent"]);
    assert_eq!(went["tracestate"], came["tracestate"]);
    assert_eq!(
        went["baggage"],
        "tenant=ibex%2C%20north;ttl=1,user=Am%C3%A9lie"
    );
}

#[test]
fn empty_context_clears_the_carrier() {
    let mut forwarded = headers(&[
        ("Traceparent", &format!("00-{TRACE}-{SPAN}-03")),
        ("tracestate", "rojo=1"),
        ("baggage", "secret=1"),
        ("accept", "*/*"),
    ]);
    propagation::inject(&mut forwarded);
    assert_eq!(
        forwarded,
        HashMap::from([("accept".to_owned(), "*/*".to_owned())])
    );
}
