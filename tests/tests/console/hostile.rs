//! Strings of anybody: the API has them as they are, as JSON and nothing else.

use glyph_runtime::trace::Trace;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, Status, Tracer, TracerProvider};

use crate::{
    client::get,
    program::{Order, Shop, program},
};

const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script>",
    "</td><img src=x onerror=alert(1)>",
    "a\0b\u{202e}c\u{2066}",
    "\r\n\r\ndata: {}\r\n\r\n",
    "\"'`${alert(1)}",
];

#[test]
fn hostile_spans_are_strings_of_json() {
    let (telemetry, address) = program(|program| program);
    let tracer = telemetry.traces().unwrap().provider().tracer("hostile");
    let huge = "x".repeat(100_000);
    for text in HOSTILE.into_iter().chain([huge.as_str()]) {
        let mut span = tracer.start(text.to_owned());
        span.set_attribute(KeyValue::new(text.to_owned(), text.to_owned()));
        span.add_event(
            text.to_owned(),
            vec![KeyValue::new(text.to_owned(), text.to_owned())],
        );
        span.set_status(Status::error(text.to_owned()));
        span.end();
    }
    let recent: Vec<Trace> = telemetry.recent_traces();
    assert_eq!(recent.len(), HOSTILE.len() + 1);
    for trace in recent {
        let response = get(address, &format!("/api/v1/traces/{}", trace.id));
        let name = &trace.spans[0].name;
        let json = response.json();
        assert_eq!(json["name"], **name);
        assert_eq!(json["error"], **name);
        assert_eq!(json["tree"][0]["attributes"][name], **name);
        assert_eq!(json["tree"][0]["events"][0]["attributes"][name], **name);
        let controls = response.body.chars().filter(char::is_ascii_control);
        assert_eq!(controls.count(), 0, "{name:?} is not escaped");
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn hostile_labels_are_strings_of_json() {
    for item in HOSTILE {
        Shop::global().orders.inc(Order { item });
    }
    let (_telemetry, address) = program(|program| program);
    let series = get(address, "/api/v1/series?metric=console_shop_orders").json();
    let series = series["series"].as_array().unwrap();
    for item in HOSTILE {
        // The label has no NUL, which ends the input of some scrapers.
        let item = item.replace('\0', "\u{fffd}");
        let found = series
            .iter()
            .filter(|series| series["labels"]["item"] == item.as_str());
        assert_eq!(found.count(), 1, "{item:?} in {series:?}");
    }
}

#[test]
fn errors_do_not_repeat_what_was_asked() {
    let (_telemetry, address) = program(|program| program);
    for path in [
        "/api/v1/traces/%3Cscript%3E",
        "/api/v1/series?metric=%3Cscript%3E",
        "/api/v1/traces?status=%3Cscript%3E",
    ] {
        let response = get(address, path);
        assert!(response.status >= 400, "{path}: {response:?}");
        assert!(!response.body.contains("<script>"), "{path}: {response:?}");
        let content_type = response.header("content-type").unwrap();
        assert!(
            content_type.starts_with("text/plain"),
            "{path}: {content_type}"
        );
    }
}
