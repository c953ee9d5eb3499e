#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;
use serde_json::{Value, json};

use super::*;

/// A payload as a browser has sent it, with one signal of each kind.
fn recorded() -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let (start, end) = (now.as_nanos() - 25_000_000, now.as_nanos());
    let trace =
        json!({"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7"});
    json!({
        "meta": {
            "sdk": {"name": "faro-core", "version": "2.0.2", "integrations": [{"name": "errors"}]},
            "app": {"name": "gospelib-web", "version": "0.1.0", "environment": "local"},
            "session": {"id": "pHkF1vN9cQ", "attributes": {"isSampled": "true"}},
            "page": {"url": "http://localhost:8081/?q=light"},
            "browser": {"name": "Chromium", "version": "141.0", "os": "Linux", "mobile": false},
        },
        "logs": [{"message": "search took long", "level": "warn", "timestamp": "2025-11-30T18:00:00Z", "context": {}, "trace": trace}],
        "exceptions": [{
            "type": "TypeError",
            "value": "verse is undefined",
            "timestamp": "2025-11-30T18:00:01Z",
            "stacktrace": {"frames": [{"filename": "page.js", "function": "show", "lineno": 12, "colno": 7}]},
        }],
        "measurements": [{"type": "web-vitals", "values": {"lcp": 812.5, "cls": 0.02}, "timestamp": "2025-11-30T18:00:02Z"}],
        "events": [{"name": "session_start", "domain": "browser", "attributes": {"route": "/"}, "timestamp": "2025-11-30T18:00:03Z"}],
        "traces": {"resourceSpans": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "gospelib-web"}}]},
            "scopeSpans": [{"scope": {"name": "fetch"}, "spans": [{
                "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                "spanId": "00f067aa0ba902b7",
                "parentSpanId": "53995c3f42cd8ad8",
                "name": "HTTP GET",
                "kind": 3,
                "startTimeUnixNano": start.to_string(),
                "endTimeUnixNano": end.to_string(),
                "attributes": [
                    {"key": "http.request.method", "value": {"stringValue": "GET"}},
                    {"key": "http.response.status_code", "value": {"intValue": "200"}},
                    {"key": "resent", "value": {"boolValue": false}},
                    {"key": "list", "value": {"arrayValue": {"values": []}}},
                ],
                "status": {"code": 2, "message": "late"},
            }]}],
        }]},
    })
}

fn parsed(payload: &Value) -> Result<Payload, Rejected> {
    parse(payload.to_string().as_bytes())
}

#[test]
fn recorded_payload_is_read() {
    let payload = parsed(&recorded()).unwrap();
    assert_eq!(payload.items(), 5);
    assert_eq!(payload.meta.session.id, "pHkF1vN9cQ");
    let lcp = payload.measurements.first().unwrap().values.get("lcp");
    assert_eq!(lcp, Some(&812.5));
}

#[test]
fn span_keeps_its_ids_kind_times_and_attributes() {
    let payload = parsed(&recorded()).unwrap();
    let span = spans::ended(payload.spans().next().unwrap()).unwrap();
    assert_eq!(
        span.span_context.trace_id().to_string(),
        "4bf92f3577b34da6a3ce929d0e0e4736"
    );
    assert_eq!(span.span_context.span_id().to_string(), "00f067aa0ba902b7");
    assert_eq!(span.parent_span_id.to_string(), "53995c3f42cd8ad8");
    assert_eq!(
        (span.span_kind, span.status),
        (SpanKind::Client, Status::error("late"))
    );
    let took = span.end_time.duration_since(span.start_time).unwrap();
    assert_eq!(took.as_millis(), 25);
    let attributes: Vec<_> = span
        .attributes
        .iter()
        .map(|pair| pair.key.as_str())
        .collect();
    let expected = ["http.request.method", "http.response.status_code", "resent"];
    assert_eq!(attributes, expected);
}

/// The requests of one visit of the page in Chromium, which Faro's web SDK 2.12.1 posted: the body of each on a line.
const SDK: &str = include_str!("sdk.jsonl");

#[test]
fn requests_of_the_sdk_are_read() {
    let requests: Vec<_> = SDK.lines().map(|line| parse(line.as_bytes())).collect();
    let requests: Vec<_> = requests.into_iter().map(Result::unwrap).collect();
    for request in &requests {
        assert_eq!(request.meta.session.id, "g6cTphC0Vt");
        assert_eq!(request.meta.app.name, "gospelib-web");
        assert_eq!(request.meta.page.url, "http://127.0.0.1:8081/");
    }
    let count = |of: fn(&Payload) -> usize| requests.iter().map(of).sum::<usize>();
    let counts = [
        count(|payload| payload.logs.len()),
        count(|payload| payload.exceptions.len()),
        count(|payload| payload.measurements.len()),
        count(|payload| payload.events.len()),
        count(|payload| payload.spans().count()),
    ];
    assert_eq!(counts, [1, 2, 5, 14, 10]);
    let measured = requests.iter().flat_map(|payload| &payload.measurements);
    let measured: Vec<_> = measured.flat_map(|of| of.values.keys()).collect();
    for vital in ["lcp", "inp", "cls", "ttfb"] {
        let times = measured.iter().filter(|name| **name == vital).count();
        assert_eq!(times, 1, "{vital}");
    }
    // A rejected search: the error is in the trace of the interaction.
    let mut exceptions = requests.iter().flat_map(|payload| &payload.exceptions);
    let trace = exceptions.find_map(|exception| exception.trace.as_ref());
    let mut spans = requests.iter().flat_map(Payload::spans);
    let search = spans.find(|span| span.name == "search" && span.status.code == 2);
    assert_eq!(trace.unwrap().span_id, search.unwrap().span_id);
}

#[test]
fn spans_of_the_sdk_are_exported_with_their_parents() {
    let requests = SDK.lines().map(|line| parse(line.as_bytes()).unwrap());
    let spans = requests.flat_map(|payload| payload.spans().map(spans::ended).collect::<Vec<_>>());
    let spans: Vec<_> = spans.map(Option::unwrap).collect();
    let fetches = spans
        .iter()
        .filter(|span| span.span_kind == SpanKind::Client);
    let fetches: Vec<_> = fetches.collect();
    assert_eq!(fetches.len(), 6);
    for fetch in fetches {
        let is_parent = |span: &&SpanData| span.span_context.span_id() == fetch.parent_span_id;
        let parent = spans.iter().find(is_parent).unwrap();
        let traces = [parent, fetch].map(|span| span.span_context.trace_id());
        assert_eq!(traces[0], traces[1]);
        let mut status = fetch.attributes.iter();
        let status = status.find(|pair| pair.key.as_str() == "http.response.status_code");
        assert!(matches!(
            status.unwrap().value,
            opentelemetry::Value::I64(200 | 414)
        ));
    }
}

#[test]
fn numbers_that_are_not_finite_are_left_out() {
    let payload = json!({"measurements": [{"type": "m", "values": {"a": null, "b": 1}}]});
    let payload = parsed(&payload).unwrap();
    let values = &payload.measurements.first().unwrap().values;
    assert_eq!(values.iter().next(), Some((&"b".to_owned(), &1.0)));
    assert_eq!(values.len(), 1);
}

#[test]
fn empty_payload_and_unknown_fields_are_accepted() {
    for payload in [json!({}), json!({"meta": {}, "replay": [1, 2], "logs": []})] {
        assert_eq!(parsed(&payload).unwrap().items(), 0);
    }
}

#[test]
fn invalid_payloads_are_rejected_with_their_reason() {
    let change = |pointer: &str, to: Value| {
        let mut payload = recorded();
        *payload.pointer_mut(pointer).unwrap() = to;
        payload
    };
    let span = "/traces/resourceSpans/0/scopeSpans/0/spans/0";
    for (payload, text) in [
        (json!([]), "not a payload"),
        (json!({"logs": {}}), "not a payload"),
        (json!({"logs": [{"level": "error"}]}), "not a payload"),
        (
            change("/meta/session/id", json!("a b")),
            "invalid session id",
        ),
        (
            change("/meta/session/id", json!("x".repeat(65))),
            "invalid session id",
        ),
        (
            change(&format!("{span}/traceId"), json!("0".repeat(32))),
            "invalid ids or times",
        ),
        (
            change(&format!("{span}/spanId"), json!("ff")),
            "invalid ids or times",
        ),
        (
            change(&format!("{span}/endTimeUnixNano"), json!("1")),
            "invalid ids or times",
        ),
        (
            change(&format!("{span}/endTimeUnixNano"), json!(u64::MAX)),
            "invalid ids or times",
        ),
        (
            change(&format!("{span}/startTimeUnixNano"), json!("soon")),
            "invalid ids or times",
        ),
    ] {
        let rejected = parsed(&payload).unwrap_err();
        assert_eq!(rejected.reason, Rejection::Invalid, "{payload}");
        assert!(rejected.text.contains(text), "{}: {payload}", rejected.text);
    }
    assert!(parse(b"{\"logs\": [").is_err());
    assert!(parse("[".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn number_of_items_is_limited() {
    let logs = |count: usize| json!({"logs": vec![json!({"message": "m"}); count]});
    assert!(parsed(&logs(MOST_ITEMS)).is_ok());
    let rejected = parsed(&logs(MOST_ITEMS + 1)).unwrap_err();
    assert_eq!(rejected.reason, Rejection::TooManyItems);
    assert_eq!(rejected.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn long_texts_are_cut_at_a_character() {
    assert_eq!(spans::cut("äöü", 3), "ä");
    assert_eq!(spans::cut("äöü", 99), "äöü");
    assert_eq!(spans::cut("ä", 0), "");
}
