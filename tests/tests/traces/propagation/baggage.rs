//! Baggage: names and values that propagate with a request.

use glyph_runtime::{
    context::{Baggage, BaggageError, MAX_BYTES, MAX_ENTRIES, baggage},
    trace::propagation,
};
use http::{HeaderMap, HeaderValue};
use opentelemetry::{
    Context,
    baggage::{BaggageExt, KeyValueMetadata},
};

use crate::propagation::traced::{headers, outgoing, remote};

fn parsed(header: &str) -> Vec<(String, String)> {
    let remote = propagation::extract(&headers(&[("baggage", header)]));
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    remote.baggage().iter().map(owned).collect()
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn baggage_is_read_inside_the_request() {
    let remote = remote(true);
    assert_eq!(
        remote.in_scope(|| baggage("tenant")).as_deref(),
        Some("ibex")
    );
    assert_eq!(remote.in_scope(|| baggage("other")), None);
    assert_eq!(baggage("tenant"), None);
}

#[test]
fn changed_baggage_applies_within_its_scope() {
    remote(true).in_scope(|| {
        let more = Baggage::current().try_with("plan", "50 % off").unwrap();
        more.in_scope(|| {
            assert_eq!(outgoing()["baggage"], "plan=50%20%25%20off,tenant=ibex");
            let less = Baggage::current().without("tenant");
            less.in_scope(|| assert_eq!(outgoing()["baggage"], "plan=50%20%25%20off"));
            Baggage::default().in_scope(|| assert_eq!(outgoing().get("baggage"), None));
        });
        assert_eq!(outgoing()["baggage"], "tenant=ibex");
    });
}

#[test]
fn malformed_entry_is_dropped_alone() {
    assert_eq!(
        parsed("a=1,b,=2,c d=3,\u{7f}=4,é=5,f=\u{1b}[2J,g=7"),
        [pair("a", "1"), pair("g", "7")]
    );
}

#[test]
fn baggage_value_can_be_any_text() {
    assert_eq!(
        parsed("a=x=y,b=%zz,c=%FF%0d%0a,d="),
        [
            pair("a", "x=y"),
            pair("b", "%zz"),
            pair("c", "\u{fffd}\r\n"),
            pair("d", ""),
        ]
    );
    let value = "a+b=c;d,e\\\"f\" %41\r\né\u{0}";
    let held = Baggage::default().try_with("k", value).unwrap();
    let header = held.in_scope(outgoing)["baggage"].clone();
    assert!(
        header.bytes().all(|byte| byte.is_ascii_graphic()),
        "{header}"
    );
    assert_eq!(parsed(&header), [pair("k", value)]);
}

#[test]
fn set_baggage_is_limited() {
    let mut full = Baggage::default();
    for entry in 0..MAX_ENTRIES {
        full = full.try_with(&format!("k{entry}"), "v").unwrap();
    }
    let refused = full.clone().try_with("more", "v");
    assert_eq!(refused.unwrap_err(), BaggageError::Entries);
    assert!(full.try_with("k0", "w").is_ok(), "in the place of another");
    let encoded_thrice = " ".repeat(MAX_BYTES / 3 + 1);
    let refused = Baggage::default().try_with("k", &encoded_thrice);
    assert_eq!(refused.unwrap_err(), BaggageError::Bytes);
    for key in ["", "a b", "a=b", "é", "a\n"] {
        let refused = Baggage::default().try_with(key, "v");
        assert_eq!(refused.unwrap_err(), BaggageError::Key, "{key:?}");
    }
}

#[test]
fn incoming_baggage_is_limited() {
    let many: Vec<_> = (0..200).map(|n| format!("k{n}=v")).collect();
    assert_eq!(parsed(&many.join(",")).len(), MAX_ENTRIES);
    let long = "v".repeat(3000);
    let entries = parsed(&format!("a={long},b={long},c={long}"));
    assert_eq!(entries, [pair("a", &long), pair("b", &long)]);
    assert_eq!(parsed(&format!("a={}", "v".repeat(1 << 20))), []);
    // Each byte that is not UTF-8 becomes nine bytes.
    let growing = format!("a={},b=1", "%FF".repeat(1000));
    assert_eq!(parsed(&growing), [pair("b", "1")]);
}

#[test]
fn baggage_of_several_headers_is_joined() {
    let mut headers = HeaderMap::new();
    headers.append("baggage", HeaderValue::from_static("a=1"));
    headers.append("baggage", HeaderValue::from_bytes(b"b=\xff").unwrap());
    headers.append("baggage", HeaderValue::from_static("c=3;p=q, a=4"));
    let remote = propagation::extract(&headers);
    let entries: Vec<_> = remote.baggage().iter().collect();
    assert_eq!(entries, [("a", "4"), ("c", "3")]);
}

#[test]
fn external_baggage_cannot_break_a_header() {
    let evil = KeyValueMetadata::new("k", "v\r\nX-Evil: 1", "p\r\nX-Evil: 2");
    let context = Context::new().with_baggage([evil]);
    let _attached = context.attach();
    assert_eq!(outgoing()["baggage"], "k=v%0D%0AX-Evil:%201");
}
