//! The page in a browser, with its own reporter and with Faro's web SDK.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use glyph_tests::{children::Process, environment, wait};
use serde_json::Value;

use crate::{
    library::{Library, Service},
    rotel::{Rotel, Span, free},
};

/// The variable of the collector of spans.
const COLLECTOR: &str = "GOSPELIB_TEMPO_OTLP_ENDPOINT";

/// A request of the page, as the browser shows it.
#[derive(Debug)]
struct Request(Value);

impl Request {
    fn is(&self, method: &str, path: &str) -> bool {
        let url = self.0["url"].as_str().unwrap();
        self.0["method"] == method && url.split_once("//").unwrap().1.contains(path)
    }

    /// Returns the payload of a post.
    fn payload(&self) -> Value {
        serde_json::from_str(self.0["body"].as_str().unwrap()).unwrap()
    }
}

/// A browser at the page, after a search, an opened verse, an error and a warning.
struct Visit {
    browser: Process,
    session: String,
    requests: Vec<Request>,
}

impl Visit {
    /// Visits the page of a gateway. With `mode` `quiet`, it reports nothing.
    fn start(gateway: &Service, mode: Option<&str>) -> Self {
        let url = format!("http://{}/", gateway.address);
        let mut command = Command::new("node");
        environment::clean(&mut command)
            .arg(file("faro/visit.mjs"))
            .arg(url)
            .args(mode);
        let mut browser = Process::start(&mut command);
        let shown: Value = serde_json::from_str(&browser.line("the visit")).unwrap();
        let errors = shown["errors"].as_array().unwrap();
        let is_expected = |error: &Value| error.to_string().contains("the button threw this error");
        assert!(
            errors.len() == 1 && errors.iter().all(is_expected),
            "{errors:?}"
        );
        let requests = shown["requests"].as_array().unwrap();
        Self {
            browser,
            session: shown["session"].as_str().unwrap().to_owned(),
            requests: requests.iter().cloned().map(Request).collect(),
        }
    }

    fn posts(&self) -> Vec<&Request> {
        let posts = self.requests.iter();
        posts
            .filter(|request| request.is("POST", "/collect"))
            .collect()
    }

    /// Returns the number of items that were posted: those of lists, or spans.
    fn posted(&self, list: &str) -> usize {
        let payloads = self.posts().into_iter().map(Request::payload);
        let counts = payloads.map(|payload| match list {
            "traces" => spans(&payload),
            _ => payload[list].as_array().map_or(0, Vec::len),
        });
        counts.sum()
    }

    /// Returns the ids of the trace and the span that the page sent with its first passage.
    fn first_fetch(&self) -> (String, String) {
        let mut requests = self.requests.iter();
        let fetch = requests
            .find(|request| request.is("GET", "/passages/"))
            .unwrap();
        let headers = fetch.0["headers"].as_object().unwrap();
        let parent = headers.get("traceparent").unwrap().as_str().unwrap();
        let parts: Vec<_> = parent.split('-').collect();
        (parts[1].to_owned(), parts[2].to_owned())
    }

    /// Leaves the page, and waits until the gateway has the vitals of the whole visit.
    fn leave(mut self, gateway: &Service) {
        self.browser.say("");
        let vital = |name: &str| {
            let label = format!(r#"vital="{name}""#);
            gateway.sum("gospelib_browser_vitals_seconds_count", &label)
        };
        wait::until("the gateway has each web vital", || {
            ["lcp", "inp", "ttfb"].iter().all(|name| vital(name) >= 1.0)
                && gateway.sum("gospelib_browser_layout_shift_count", "") >= 1.0
        });
        let ended = self.browser.end("the browser");
        assert!(ended.status.success(), "{}", ended.errors);
    }
}

fn spans(payload: &Value) -> usize {
    let lists = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let resources = lists(&payload["traces"], "resourceSpans").into_iter();
    let scopes = resources.flat_map(|resource| lists(&resource, "scopeSpans"));
    scopes.map(|scope| lists(&scope, "spans").len()).sum()
}

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The gateway has accepted what the browser has posted, of each kind.
fn assert_accepted(gateway: &Service, visit: &Visit) {
    for request in visit.posts() {
        assert_eq!(request.0["status"], 202, "{request:?}");
        assert_eq!(request.payload()["meta"]["session"]["id"], *visit.session);
    }
    for (list, kind) in [
        ("logs", "log"),
        ("exceptions", "exception"),
        ("measurements", "measurement"),
        ("events", "event"),
        ("traces", "span"),
    ] {
        let label = format!(r#"kind="{kind}""#);
        let counted = gateway.sum("gospelib_browser_signals_total", &label);
        let posted = visit.posted(list);
        assert!(posted > 0, "{kind}");
        // Some may have been posted since the browser showed its requests.
        let posted = f64::from(u32::try_from(posted).unwrap());
        assert!(
            counted >= posted,
            "{kind}: {counted} counted, {posted} posted"
        );
    }
    assert_eq!(gateway.sum("gospelib_browser_rejections_total", ""), 0.0);
}

/// The lines of the page are in the log, with the session of the browser.
fn assert_logged(log: &[Value], session: &str) {
    let lines = log.iter().filter(|line| line["service"] == "gospelib-web");
    let lines: Vec<_> = lines.collect();
    assert!(!lines.is_empty());
    for line in &lines {
        assert_eq!(line["session_id"], session, "{line}");
    }
    let found = |key: &str, value: &str| {
        let mut lines = lines.iter();
        lines
            .find(|line| line[key] == value)
            .unwrap_or_else(|| panic!("{key}={value}: {log:?}"))
    };
    let thrown = found("message", "the button threw this error");
    assert!(
        thrown["stacktrace"].as_str().unwrap().contains("/page.js"),
        "{thrown}"
    );
    assert_eq!(
        found("message", "the console has a warning")["level"],
        "warn"
    );
    found("kind", "measurement");
    found("kind", "event");
    let rejected = lines
        .iter()
        .find(|line| line["message"].to_string().contains(": 414"));
    assert!(rejected.unwrap()["trace_id"].is_string(), "{rejected:?}");
}

/// In the collector's log and in the program's file, the fetch of the browser is above the gateway's
/// request, that above the content service's, and that above the query.
fn assert_one_trace(spans: &[Span], written: &str, (trace, fetch): &(String, String)) {
    let below = |parent: &str, service: &str, name: &str| {
        let mut spans = spans.iter();
        let found = spans
            .find(|span| span.parent == parent && span.service == service && span.name == name);
        found
            .unwrap_or_else(|| panic!("{service}: {name}, below {parent}"))
            .id
            .clone()
    };
    let sent = spans.iter().find(|span| span.id == *fetch).unwrap();
    assert_eq!(sent.service, "gospelib-web");
    assert!(
        spans
            .iter()
            .any(|span| span.id == sent.parent && span.name == "open page")
    );
    let mut parent = fetch.clone();
    let mut path = vec![parent.clone()];
    for (service, name) in PATH {
        parent = below(&parent, service, name);
        path.push(parent.clone());
    }
    let lines = written
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines: Vec<_> = lines.filter(|line| line["trace_id"] == **trace).collect();
    for (id, parent) in path.iter().skip(1).zip(&path) {
        let is_there = |line: &Value| line["span_id"] == **id && line["parent_span_id"] == **parent;
        assert!(lines.iter().any(is_there), "{id} below {parent}: {lines:?}");
    }
    assert!(lines.iter().any(|line| line["span_id"] == **fetch));
}

/// The spans below the fetch of the browser.
const PATH: [(&str, &str); 4] = [
    ("gateway", "GET /passages/{passage}"),
    ("gateway", "GET /v1/passages/{passage}"),
    ("content", "GET /v1/passages/{passage}"),
    ("content", "graph_query"),
];

/// Visits the page of a library that is started with these arguments, and follows what comes of it.
fn visit(arguments: &[&str]) -> Vec<Request> {
    let mut rotel = Rotel::start();
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("spans.jsonl");
    let mut all = vec!["--trace-file", written.to_str().unwrap()];
    all.extend(arguments);
    let library = Library::start_with(&all, &[(COLLECTOR, &rotel.endpoint)]);
    let gateway = library.service("gateway");
    let mut visit = Visit::start(&gateway, None);
    assert_accepted(&gateway, &visit);
    let (session, fetch) = (visit.session.clone(), visit.first_fetch());
    let requests = std::mem::take(&mut visit.requests);
    visit.leave(&gateway);
    assert_logged(&library.end(), &session);
    let spans = rotel.spans(&fetch.0, |spans| {
        let is_there = |(service, name): &(&str, &str)| {
            spans
                .iter()
                .any(|span| span.service == *service && span.name == *name)
        };
        PATH.iter().all(is_there) && is_there(&("gospelib-web", "open page"))
    });
    assert_one_trace(&spans, &fs::read_to_string(&written).unwrap(), &fetch);
    requests
}

#[test]
#[ignore = "needs Chromium and npm"]
fn page_reports_in_a_browser() {
    let requests = visit(&[]);
    assert!(
        !requests
            .iter()
            .any(|request| request.is("OPTIONS", "/collect"))
    );
}

/// Makes the script that reports with the SDK, once for all tests, and returns its path.
fn sdk() -> &'static str {
    static SDK: LazyLock<String> = LazyLock::new(|| {
        // npm may need the proxy of the environment.
        let built = Command::new(file("faro/run")).output().unwrap();
        let errors = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "{errors}");
        String::from_utf8(built.stdout).unwrap().trim().to_owned()
    });
    &SDK
}

/// The SDK sends to another origin, so the browser asks first.
#[test]
#[ignore = "needs Chromium and npm"]
fn faros_web_sdk_reports_in_a_browser() {
    let reporter = sdk();
    let address = free();
    let (_, port) = address.rsplit_once(':').unwrap();
    let requests = visit(&[
        "--listen",
        &address,
        "--reporter",
        reporter,
        "--collector",
        &format!("http://localhost:{port}/collect"),
        "--origin",
        &format!("http://{address}"),
    ]);
    let asked = requests
        .iter()
        .find(|request| request.is("OPTIONS", "/collect"));
    assert_eq!(asked.unwrap().0["status"], 204);
    let sent = requests
        .iter()
        .filter(|request| request.is("POST", "/collect"));
    for request in sent {
        let session = request.payload()["meta"]["session"]["id"].clone();
        assert_eq!(request.0["headers"]["x-faro-session-id"], session);
        assert_eq!(request.0["headers"]["x-api-key"], "public");
        assert_eq!(request.payload()["meta"]["sdk"]["name"], "faro-web");
    }
}

#[test]
#[ignore = "needs Chromium and npm"]
fn page_without_a_collector_reports_nothing() {
    let reporter = sdk();
    for arguments in [&[] as &[&str], &["--reporter", reporter]] {
        let variables = [("NEXT_PUBLIC_FARO_COLLECTOR_URL", "")];
        let library = Library::start_with(arguments, &variables);
        let gateway = library.service("gateway");
        let visit = Visit::start(&gateway, Some("quiet"));
        let mut passages = visit.requests.iter();
        assert!(passages.any(|request| request.is("GET", "/passages/")));
        let posts = visit.requests.iter();
        let posts = posts.filter(|request| request.0["method"] != "GET");
        assert_eq!(posts.count(), 0, "{arguments:?}: {:?}", visit.requests);
        assert!(visit.browser.end("the browser").status.success());
    }
}
