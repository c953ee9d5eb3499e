//! A program that serves, and its answers.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    thread,
    time::Duration,
};

use glyph_examples::executable;
use glyph_tests::{
    children::Process,
    environment,
    receiver::{attributes, traces::Receiver},
    wait,
    written::parsed,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::pair::Auth;

/// The trace of a caller, which samples it, and its id.
pub(crate) const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// The trace of another caller, which does not.
pub(crate) const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203332-00";
/// The id that a caller gives to its request.
const REQUEST: &str = "seeds-request-7";
/// A customer of the proxy, in the path of a request.
const USAGE: &str = "/v1/organizations/0192f0c1-6d3a-7b11-8a7e-3f6f1c9d2a10/usage";

/// Time between two looks at the page.
const PAUSE: Duration = Duration::from_millis(20);

/// A request: method, path and headers.
pub(crate) type Request = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// A response to a request.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) sent: &'static [(&'static str, &'static str)],
    pub(crate) status: u64,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// What a program did while it served.
#[derive(Debug, Default)]
pub(crate) struct Served {
    pub(crate) responses: Vec<Response>,
    /// The lines of the standard output.
    pub(crate) output: String,
    pub(crate) log: Vec<Value>,
    /// The file of spans, as it was written.
    pub(crate) file: String,
    /// The attributes of the resource, as the collector got them.
    pub(crate) resource: Vec<(String, String)>,
    /// How many spans were in each request to the collector.
    pub(crate) batches: Vec<usize>,
}

impl Response {
    /// Returns the value of a header, by its name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl Served {
    /// Returns the responses to requests for a path.
    pub(crate) fn to(&self, method: &str, path: &str) -> Vec<&Response> {
        let all = self.responses.iter();
        all.filter(|response| response.method == method && response.path == path)
            .collect()
    }

    /// Returns the page of metrics.
    pub(crate) fn page(&self) -> &str {
        let last = self.to("GET", "/metrics").pop();
        last.map(|response| response.body.as_str())
            .unwrap_or_default()
    }

    /// Returns the spans of the file, one of each line.
    pub(crate) fn spans(&self) -> Vec<Value> {
        parsed(&self.file)
    }

    /// Returns the values of a gauge on the pages, without those that repeat the one before.
    pub(crate) fn page_values(&self, gauge: &str) -> Vec<f64> {
        let pages = self.to("GET", "/metrics").into_iter();
        let mut values: Vec<_> = pages.filter_map(|page| sample(&page.body, gauge)).collect();
        values.dedup();
        values
    }

    /// Serves, asks, and stops the program with a signal, as a person does.
    pub(crate) fn run(program: &str) -> Self {
        let receiver = Receiver::start([]);
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("spans.jsonl");
        let mut command = command(program);
        command
            .args(["--trace-file", file.to_str().unwrap()])
            .args(["--trace-sample-ratio", "1"])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint());
        let auth = (program == "ibex").then(|| Auth::start(&receiver, folder.path()));
        if let Some(auth) = &auth {
            let address = auth.address();
            // Nothing listens at the address of this Redis, so that the limit fails open.
            command.args([
                "--auth-address",
                &address,
                "--redis-url",
                "redis://127.0.0.1:1",
            ]);
        }
        let server = Server::start(command);
        let requests = requests(program).iter();
        let mut responses: Vec<_> = requests.map(|request| server.ask(*request)).collect();
        if program == "glyphoxa" {
            responses.extend(server.sessions());
        }
        let (output, mut log) = server.stop(program);
        let mut file = fs::read_to_string(file).unwrap();
        if let Some(auth) = auth {
            let (lines, spans) = auth.stop();
            log.extend(lines);
            file.push_str(&spans);
        }
        let (resource, batches) = exported(&receiver);
        Self {
            responses,
            output,
            log,
            file,
            resource,
            batches,
        }
    }

    /// Serves without an exporter, with providers of the voice pipeline that always fail, until the
    /// readiness probe says so.
    pub(crate) fn failing() -> Self {
        let mut command = command("glyphoxa");
        command.args(["--fail-rate", "1"]);
        let server = Server::start(command);
        let probe = || server.ask(("GET", "/readyz", &[]));
        wait::until("the providers are unreachable", || probe().status != 200);
        let responses = vec![probe(), server.ask(("GET", "/metrics", &[]))];
        let (output, log) = server.stop("glyphoxa");
        Self {
            responses,
            output,
            log,
            ..Self::default()
        }
    }
}

/// Returns the sum of the samples of a metric on a page.
fn sample(page: &str, name: &str) -> Option<f64> {
    let lines = page.lines().filter_map(|line| line.strip_prefix(name));
    let samples = lines.filter(|rest| rest.starts_with([' ', '{']));
    let values = samples.filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok());
    values.reduce(|sum, value| sum + value)
}

/// Returns the attributes of the resource, and the number of spans in each request.
fn exported(receiver: &Receiver) -> (Vec<(String, String)>, Vec<usize>) {
    let mut resource = Vec::new();
    let mut batches = Vec::new();
    for request in &receiver.received() {
        let mut spans = 0;
        for of_resource in &request.request.resource_spans {
            spans += of_resource
                .scope_spans
                .iter()
                .map(|scope| scope.spans.len())
                .sum::<usize>();
            let attributes = &of_resource.resource.as_ref().unwrap().attributes;
            resource = attributes
                .iter()
                .filter_map(|attribute| {
                    let value = attributes::text(attributes, &attribute.key)?;
                    Some((attribute.key.clone(), value.to_owned()))
                })
                .collect();
        }
        batches.push(spans);
    }
    (resource, batches)
}

/// The requests to a program. The page of metrics is the last one.
fn requests(program: &str) -> &'static [Request] {
    const CALLED: &[(&str, &str)] = &[("traceparent", CALLER)];
    const PAGE: Request = ("GET", "/metrics", &[]);
    match program {
        "glyphoxa" => &[
            ("GET", "/healthz", &[]),
            ("GET", "/readyz", CALLED),
            (
                "POST",
                "/api/v1/npcs/sage_03/speak",
                &[("x-tenant-id", "acme"), ("x-campaign-id", "strahd")],
            ),
            ("POST", "/api/v1/npcs/bartender_01/speak", &[]),
            ("POST", "/api/v1/npcs/bartender_01/speak", &[]),
            ("POST", "/api/v1/npcs/bartender_01/speak", &[]),
            PAGE,
        ],
        "ibex" => &[
            (
                "POST",
                "/v1/chat/completions",
                &[
                    ("authorization", "Bearer token-acme"),
                    ("traceparent", CALLER),
                    ("x-request-id", REQUEST),
                ],
            ),
            ("GET", USAGE, &[("authorization", "Bearer token-acme")]),
            ("GET", USAGE, &[]),
            ("GET", "/nowhere", &[]),
            PAGE,
        ],
        "gospelib" => &[("GET", "/passages/gen.1.1", CALLED), PAGE],
        "voxray" => &[("POST", "/offer", &[]), PAGE],
        _ => &[PAGE],
    }
}

pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(executable(program));
    environment::clean_with_console(&mut command);
    if program == "ibex" {
        command.arg("proxy");
    }
    command.args(["--listen", "127.0.0.1:0"]);
    if program == "xgen" {
        command.args(["--proxy", "127.0.0.1:0"]);
    }
    if program == "glyphoxa" {
        command
            .args(["--speed", "10", "--speech", "embedded"])
            .env("OTEL_LOG_LEVEL", "debug");
    }
    command
}

/// A program that listens.
pub(crate) struct Server {
    process: Process,
    address: String,
    /// The lines up to the one with the address.
    first: Vec<String>,
}

impl Server {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut process = Process::start(&mut command);
        let mut first = Vec::new();
        let address = loop {
            let line = process.line("the address");
            // The console of a debug build has an address of its own.
            let address = line.split_once("http://");
            let address = address.filter(|_| !line.contains("glyph_runtime::admin"));
            let address = address.map(|(_, rest)| rest.to_owned());
            first.push(line);
            if let Some(address) = address {
                break address.split(['"', ' ']).next().unwrap().to_owned();
            }
        };
        Self {
            process,
            address,
            first,
        }
    }

    /// Returns the line with the address, if that is one of its log.
    pub(crate) fn started(&self) -> Value {
        let line = self.first.last().unwrap();
        serde_json::from_str(line).unwrap_or_default()
    }

    pub(crate) fn ask(&self, (method, path, sent): Request) -> Response {
        let mut client = TcpStream::connect(&self.address).unwrap();
        client.set_read_timeout(Some(wait::LONG)).unwrap();
        let headers = sent
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers: String = headers.collect();
        let body = match path {
            "/v1/chat/completions" => r#"{"messages":[{"role":"user","content":"The gate?"}]}"#,
            _ => "",
        };
        let length = body.len();
        write!(
            client,
            "{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let headers = head.lines().filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Response {
            method,
            path,
            sent,
            status,
            headers: headers.collect(),
            body: body.to_owned(),
        }
    }

    /// Asks for a page that is not there, many times on one connection, and returns all that is answered.
    pub(crate) fn ask_often(&self, times: u32) -> String {
        let mut client = TcpStream::connect(&self.address).unwrap();
        client.set_read_timeout(Some(wait::LONG)).unwrap();
        let mut writer = client.try_clone().unwrap();
        let asking = thread::spawn(move || {
            for number in 1..=times {
                let last = if number == times {
                    "close"
                } else {
                    "keep-alive"
                };
                let head = "GET /nowhere HTTP/1.1\r\nHost: a\r\n";
                write!(writer, "{head}Connection: {last}\r\n\r\n").unwrap();
            }
        });
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        asking.join().unwrap();
        text
    }

    /// Asks for the page until a session has ended and one has begun.
    fn sessions(&self) -> Vec<Response> {
        let mut pages = Vec::new();
        let (mut before, mut up, mut down) = (None, false, false);
        // Several sessions may begin or end between two looks.
        wait::until(
            "one session has ended and one begun between two looks",
            || {
                let page = self.ask(("GET", "/metrics", &[]));
                let is = sample(&page.body, "glyphoxa_active_sessions");
                let step = is.zip(before).map(|(is, before): (f64, f64)| is - before);
                up |= step == Some(1.0);
                down |= step == Some(-1.0);
                if is != before {
                    pages.push(page);
                }
                before = is;
                thread::sleep(PAUSE);
                up && down
            },
        );
        pages
    }

    /// Returns its standard output and the lines of its log, wherever it writes them.
    pub(crate) fn stop(self, program: &str) -> (String, Vec<Value>) {
        const SIGINT: u32 = 2;
        self.process.handles(&[SIGINT]);
        let mut kill = Command::new("kill");
        kill.args(["-s", "INT", &self.process.id().to_string()]);
        assert!(kill.status().unwrap().success());
        let ended = self.process.end(program);
        assert!(ended.status.success(), "{program}: {}", ended.errors);
        let output = format!("{}\n{}", self.first.join("\n"), ended.output);
        let lines = output.lines().filter(|line| line.starts_with('{'));
        let lines: Vec<_> = lines.collect();
        let log = [parsed(&ended.errors), parsed(&lines.join("\n"))].concat();
        (output, log)
    }
}
