//! Errors that go to Sentry: here to a sink that speaks its protocol.

use glyph_tests::{
    sentry::{ADDRESS, Sink, is_client},
    wait,
};
use serde_json::{Value, json};

use crate::library::Library;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const REQUEST: &str = "errors-request-7";
const SERVICES: [&str; 3] = ["gateway", "content", "ingest"];
/// The text of an error that the web page reports.
const OF_A_BROWSER: &str = "thrown in a page";

/// Makes each service err: the gateway by its model, the content service by its graph, and the ingest by a
/// broken text.
fn err(library: &Library) {
    let headers =
        format!("traceparent: 00-{TRACE}-b7ad6b7169203331-01\r\nX-Request-ID: {REQUEST}\r\n");
    let gateway = library.service("gateway");
    let exception = json!({"exceptions": [{"type": "Error", "value": OF_A_BROWSER}]}).to_string();
    let collected = gateway.post("/collect", "application/json", &exception);
    assert!(collected.status < 300, "{collected:?}");
    for path in ["/ask/grace", "/passages/gen.1.1"] {
        let response = gateway.try_get(path, &headers).unwrap();
        assert!(response.status >= 500, "{path}: {response:?}");
    }
    let text = "own.1.1\tA.\tno.1.1\n";
    let length = format!(
        "Content-Type: text/plain\r\nContent-Length: {}\r\n",
        text.len()
    );
    let ingest = library.service("ingest");
    let loaded = ingest.ask("POST", "/v1/jobs", &(length + &headers), text);
    assert_eq!(loaded.unwrap().status, 422);
}

const FAULTS: [&str; 4] = ["--fault", "graph-slow", "--llm-url", "http://127.0.0.1:1"];

#[test]
fn errors_of_each_service_reach_sentry_under_its_name() {
    let sink = Sink::start();
    let library = Library::start_with(
        &FAULTS,
        &[
            (ADDRESS, &sink.address),
            ("GLYPH_REDACTED_FIELDS", "passage"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "deployment.environment.name=test-7",
            ),
        ],
    );
    for service in SERVICES {
        assert!(is_client(library.service(service).id), "{service}");
    }
    err(&library);
    let log = library.end();
    for (service, message) in [
        ("gateway", "model not read"),
        ("content", "passage not read"),
        ("ingest", "text not ingested"),
    ] {
        let event = sink.event(service, message);
        let mut lines = log.iter().filter(|line| line["message"] == message);
        let line = lines.next().unwrap();
        let (tags, trace) = (&event["tags"], &event["contexts"]["trace"]);
        assert_eq!(tags["request_id"], line["request_id"], "{event}");
        assert_eq!(tags["trace_id"], line["trace_id"], "{event}");
        assert_eq!(trace["trace_id"], line["trace_id"], "{event}");
        assert_eq!(trace["span_id"], line["span_id"], "{event}");
        // A job is no request: it has a trace of its own.
        let is_of_caller = service != "ingest";
        assert_eq!(trace["trace_id"] == TRACE, is_of_caller, "{event}");
        assert_eq!(tags["request_id"] == REQUEST, is_of_caller, "{event}");
        assert_eq!(event["environment"], "test-7", "{event}");
        assert_eq!(
            event["release"],
            concat!("gospelib@", env!("CARGO_PKG_VERSION"))
        );
    }
    let event = sink.event("content", "passage not read");
    let fields = &event["contexts"]["Rust Tracing Fields"];
    assert!(fields["latency_ms"].is_number(), "{event}");
    assert!(fields["passage"].is_null(), "redacted: {event}");
    let causes = event["exception"]["values"].as_array().unwrap();
    assert!(!causes.is_empty(), "{event}");

    let errors = log.iter().filter(|line| line["level"] == "error");
    let errors: Vec<&Value> = errors.collect();
    let (of_browsers, own): (Vec<&Value>, Vec<_>) = errors
        .iter()
        .partition(|line| line["message"] == OF_A_BROWSER);
    assert_eq!(of_browsers.len(), 1, "{errors:?}");
    assert_eq!(
        sink.events().len(),
        own.len(),
        "{own:?} {:?}",
        sink.events()
    );
}

#[test]
fn no_service_has_a_client_without_an_address() {
    let none: [(&str, &str); 0] = [];
    for variables in [none.as_slice(), &[(ADDRESS, "")]] {
        let library = Library::start_with(&FAULTS, variables);
        err(&library);
        for service in SERVICES {
            let id = library.service(service).id;
            assert!(!is_client(id), "{service}: {variables:?}");
        }
        assert!(!is_client(library.process.id()));
    }
}

#[test]
fn redacted_errors_have_no_text() {
    let sink = Sink::start();
    let redacted = ("GLYPH_REDACTED_FIELDS", "error");
    let library = Library::start_with(&FAULTS, &[(ADDRESS, &sink.address), redacted]);
    err(&library);
    let event = sink.event("content", "passage not read");
    assert!(event["exception"].is_null(), "{event}");
    library.end();
}

const LAST: &str = "the service ends by `--fault crash`";
const ENDED: &str = "service ended, starting it again";

/// With `--fault crash` the ingest service writes an error and ends. It sends that error to Sentry first, and
/// the process that started it reports the end.
#[test]
fn each_end_of_a_service_is_reported() {
    let sink = Sink::start();
    let library = Library::start_with(&["--fault", "crash"], &[(ADDRESS, &sink.address)]);
    let last = sink.event("ingest", LAST);
    assert!(last["tags"]["trace_id"].is_null(), "{last}");
    let ended = sink.event("gospelib", ENDED);
    let fields = &ended["contexts"]["Rust Tracing Fields"];
    assert_eq!(fields["service"], "ingest", "{ended}");
    let of = |lines: &[Value], message: &str| {
        let found = lines.iter().filter(|line| line["message"] == message);
        found.count()
    };
    wait::until("it has ended three times", || {
        of(&sink.events(), ENDED) >= 3
    });
    let log = library.end();
    for message in [LAST, ENDED] {
        assert_eq!(of(&sink.events(), message), of(&log, message), "{message}");
    }
}
