//! Signals of a browser at the gateway.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use glyph_tests::{
    receiver::{attributes, traces::Receiver},
    wait,
};
use serde_json::{Value, json};

use crate::library::Library;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const FETCH: &str = "00f067aa0ba902b7";
const JSON: &str = "application/json";

/// Returns a span of a browser that has just ended.
fn span() -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    json!({
        "traceId": TRACE,
        "spanId": FETCH,
        "name": "HTTP GET",
        "kind": 3,
        "startTimeUnixNano": (now.as_nanos() - 50_000_000).to_string(),
        "endTimeUnixNano": now.as_nanos().to_string(),
    })
}

/// Returns a payload with an exception in the trace, and its span.
fn payload() -> String {
    json!({
        "meta": {"session": {"id": "visitor-7"}, "page": {"url": "http://library.example/?q=light"}},
        "exceptions": [{
            "type": "TypeError",
            "value": "verse is undefined",
            "stacktrace": {"frames": [{"filename": "page.js", "function": "show", "lineno": 12, "colno": 7}]},
            "trace": {"trace_id": TRACE, "span_id": FETCH},
        }],
        "logs": [{"level": "warn", "message": "search took long"}],
        "traces": {"resourceSpans": [{"scopeSpans": [{"spans": [span()]}]}]},
    })
    .to_string()
}

/// One trace has the spans of the browser and of two processes, each under the name of its service, at
/// the collector and in the file.
#[test]
fn one_trace_leads_from_the_browser_to_the_database() {
    let receiver = Receiver::start([]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spans.jsonl");
    let library = Library::start_with(
        &["--trace-file", file.to_str().unwrap()],
        &[("GOSPELIB_TEMPO_OTLP_ENDPOINT", &receiver.endpoint())],
    );
    let gateway = library.service("gateway");
    let header = format!("traceparent: 00-{TRACE}-{FETCH}-01\r\n");
    let passage = gateway.try_get("/passages/gen.1.1", &header).unwrap();
    assert_eq!(passage.status, 200);
    assert_eq!(gateway.post("/collect", JSON, &payload()).status, 202);
    library.end();
    let mut services = Vec::new();
    for request in receiver.received() {
        for of_resource in &request.request.resource_spans {
            let resource = of_resource.resource.as_ref().unwrap();
            let service = attributes::text(&resource.attributes, "service.name").unwrap();
            let scopes = of_resource.scope_spans.iter();
            let spans = scopes.flat_map(|scope| &scope.spans);
            let in_trace = spans.filter(|span| hex(&span.trace_id) == TRACE);
            services.extend(in_trace.map(|span| (service.to_owned(), span.name.clone())));
        }
    }
    for (service, name) in [
        ("gospelib-web", "HTTP GET"),
        ("gateway", "GET /passages/{passage}"),
        ("gateway", "GET /v1/passages/{passage}"),
        ("content", "GET /v1/passages/{passage}"),
        ("content", "graph_query"),
        ("content", "SELECT verse"),
    ] {
        let wanted = (service.to_owned(), name.to_owned());
        assert!(services.contains(&wanted), "{wanted:?}: {services:?}");
    }
    let written = fs::read_to_string(file).unwrap();
    let written = written.lines().filter(|line| line.contains(TRACE));
    assert_eq!(written.count(), services.len());
}

fn hex(id: &[u8]) -> String {
    let digits = id.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

#[test]
fn exceptions_are_lines_with_session_stack_and_trace() {
    let library = Library::start(&[]);
    let gateway = library.service("gateway");
    assert_eq!(gateway.post("/collect", JSON, &payload()).status, 202);
    let count = |kind: &str| {
        let label = format!(r#"kind="{kind}""#);
        gateway.sum("gospelib_browser_signals_total", &label)
    };
    assert_eq!(
        [
            count("exception"),
            count("log"),
            count("span"),
            count("event")
        ],
        [1.0, 1.0, 1.0, 0.0]
    );
    let log = library.end();
    let lines: Vec<_> = log
        .iter()
        .filter(|line| line["service"] == "gospelib-web")
        .collect();
    let [exception, warning] = lines[..] else {
        panic!("two lines: {lines:?}");
    };
    assert_eq!(exception["message"], "verse is undefined");
    assert_eq!(exception["level"], "error");
    assert_eq!(exception["session_id"], "visitor-7");
    assert_eq!(
        (&exception["trace_id"], &exception["span_id"]),
        (&TRACE.into(), &FETCH.into())
    );
    assert!(
        exception["stacktrace"]
            .as_str()
            .unwrap()
            .contains("at show (page.js:12:7)")
    );
    assert_eq!(
        (&warning["message"], &warning["level"]),
        (&"search took long".into(), &"warn".into())
    );
}

#[test]
fn hostile_requests_are_rejected_and_counted() {
    let library = Library::start(&[]);
    let gateway = library.service("gateway");
    let many = json!({"logs": vec![json!({"message": "m"}); 201]}).to_string();
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(300 << 10));
    for (kind, body, status, text) in [
        ("text/plain", "{}", 415, "content type"),
        (JSON, "{\"logs\":", 400, "not a payload of Faro"),
        (
            JSON,
            r#"{"meta":{"session":{"id":"a b"}}}"#,
            400,
            "invalid session id",
        ),
        (JSON, many.as_str(), 413, "201 items"),
        (JSON, large.as_str(), 413, "larger than"),
    ] {
        let response = gateway.post("/collect", kind, body);
        assert_eq!(response.status, status, "{}", response.body);
        assert!(response.body.contains(text), "{}", response.body);
    }
    assert_eq!(gateway.post("/collect", JSON, "{}").status, 202);
    assert_eq!(gateway.get("/collect").status, 405);
    for (reason, count) in [
        ("invalid", 3.0),
        ("too_many_items", 1.0),
        ("too_large", 1.0),
    ] {
        let label = format!(r#"reason="{reason}""#);
        wait::until("rejections are counted", || {
            (gateway.sum("gospelib_browser_rejections_total", &label) - count).abs() < 0.5
        });
    }
    assert_eq!(gateway.sum("gospelib_browser_signals_total", ""), 0.0);
}

/// A page of another origin asks before it sends, and only one that `--origin` names may.
#[test]
fn pages_of_named_origins_may_send() {
    let library = Library::start(&["--origin", "http://library.example"]);
    let gateway = library.service("gateway");
    let asked = |origin: &str| {
        let headers = format!(
            "Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n\
             Access-Control-Request-Headers: content-type,idempotency-key,x-api-key,x-faro-session-id\r\n"
        );
        gateway.ask("OPTIONS", "/collect", &headers, "").unwrap()
    };
    let allowed = asked("http://library.example");
    assert_eq!(allowed.status, 204);
    for header in [
        "access-control-allow-origin: http://library.example",
        "access-control-allow-methods: post",
        "access-control-allow-headers: content-type, x-api-key, x-faro-session-id, idempotency-key",
        "vary: origin",
    ] {
        assert!(allowed.head.contains(header), "{}", allowed.head);
    }
    let other = asked("http://other.example");
    assert_eq!(other.status, 403);
    assert!(
        !other.head.contains("access-control-allow"),
        "{}",
        other.head
    );
    let headers = "Origin: http://library.example\r\nContent-Type: application/json\r\n\
                   x-faro-session-id: s\r\nContent-Length: 2\r\n";
    let sent = gateway.ask("POST", "/collect", headers, "{}").unwrap();
    assert_eq!(sent.status, 202);
    let header = "access-control-allow-origin: http://library.example";
    assert!(sent.head.contains(header), "{}", sent.head);
    assert_eq!(asked("null").status, 403);
}

/// The page and its scripts are served, and name the parts of the gateway that they use.
#[test]
fn page_reports_in_the_format_that_the_gateway_takes() {
    let library = Library::start(&[]);
    let gateway = library.service("gateway");
    let page = gateway.get("/");
    for part in [
        r#"<script src="/report.js">"#,
        r#"<script src="/page.js">"#,
        r#"<meta name="collector" content="/collect">"#,
    ] {
        assert!(page.body.contains(part), "{}", page.body);
    }
    let script = gateway.get("/report.js").body;
    for part in [
        "traceparent",
        "largest-contentful-paint",
        "layout-shift",
        "interactionId",
        "responseStart",
    ] {
        assert!(script.contains(part), "{part}");
    }
    assert!(gateway.get("/page.js").body.contains("/passages/"));
}

/// The variable names the collector of the page, and turns it off if it is empty.
#[test]
fn page_sends_to_the_collector_of_the_variable() {
    for (value, content) in [
        (
            "http://localhost:12347/collect",
            "http://localhost:12347/collect",
        ),
        (r#"http://c/"<x>&"#, "http://c/&quot;&lt;x>&amp;"),
        ("", ""),
    ] {
        let library = Library::start_with(&[], &[("NEXT_PUBLIC_FARO_COLLECTOR_URL", value)]);
        let page = library.service("gateway").get("/").body;
        let meta = format!(r#"<meta name="collector" content="{content}">"#);
        assert!(page.contains(&meta), "{meta}: {page}");
    }
}

/// A script of a file takes the place of the page's own reporter.
#[test]
fn reporter_of_a_file_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.js");
    fs::write(&file, "globalThis.reporter = {};").unwrap();
    let library = Library::start(&["--reporter", file.to_str().unwrap()]);
    let script = library.service("gateway").get("/report.js");
    assert_eq!(script.body, "globalThis.reporter = {};");
    assert!(script.head.contains("text/javascript"), "{}", script.head);
}
