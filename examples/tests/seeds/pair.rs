//! The proxy and its authentication service, as two processes.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use glyph_examples::executable;
use glyph_tests::{
    environment,
    receiver::{attributes, traces::Receiver},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::served::{Server, command};

/// The authentication service of the proxy, which is a process of its own.
pub(crate) struct Auth {
    server: Server,
    file: PathBuf,
}

impl Auth {
    /// Starts the service, which writes its spans to a file of the folder.
    pub(crate) fn start(receiver: &Receiver, folder: &Path) -> Self {
        let file = folder.join("auth.jsonl");
        let mut command = Command::new(executable("ibex"));
        environment::clean_with_console(&mut command)
            .args(["auth", "--listen", "127.0.0.1:0"])
            .args(["--grpc-listen", "127.0.0.1:0"])
            .args(["--trace-file", file.to_str().unwrap()])
            .args(["--trace-sample-ratio", "1"])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint());
        let server = Server::start(command);
        Self { server, file }
    }

    /// Returns the address at which it is called.
    pub(crate) fn address(&self) -> String {
        let started = self.server.started();
        started["grpc"].as_str().unwrap().to_owned()
    }

    /// Returns its lines and its spans.
    pub(crate) fn stop(self) -> (Vec<Value>, String) {
        let (_, log) = self.server.stop("auth");
        (log, fs::read_to_string(self.file).unwrap())
    }
}

/// What two processes left after one request.
#[derive(Debug, Default)]
pub(crate) struct Pair {
    /// The page of each service, by its name.
    pub(crate) pages: Vec<(&'static str, String)>,
    /// The services that sent spans of the request's one trace.
    pub(crate) services: BTreeSet<String>,
}

impl Pair {
    pub(crate) fn run() -> Self {
        let receiver = Receiver::start([]);
        let folder = TempDir::new().unwrap();
        let auth = Auth::start(&receiver, folder.path());
        let mut command = command("ibex");
        command
            .args(["--auth-address", &auth.address()])
            .args(["--trace-sample-ratio", "1"])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint());
        let proxy = Server::start(command);
        let sent = &[("authorization", "Bearer token-acme")];
        let response = proxy.ask(("POST", "/v1/chat/completions", sent));
        assert_eq!(response.status, 200, "{response:?}");
        let page = |server: &Server| server.ask(("GET", "/metrics", &[])).body;
        let pages = vec![("auth", page(&auth.server)), ("proxy", page(&proxy))];
        proxy.stop("proxy");
        auth.stop();
        let trace = response.header("x-trace-id").unwrap();
        Self {
            pages,
            services: services(&receiver, trace),
        }
    }
}

/// Returns the names of the services that have spans of a trace.
fn services(receiver: &Receiver, trace: &str) -> BTreeSet<String> {
    let requests = receiver.received();
    let resources = requests.iter().flat_map(|got| &got.request.resource_spans);
    let of_trace = resources.filter(|spans| {
        let mut spans = spans.scope_spans.iter().flat_map(|scope| &scope.spans);
        spans.any(|span| attributes::hex(&span.trace_id) == trace)
    });
    let names = of_trace.filter_map(|spans| {
        let resource = spans.resource.as_ref()?;
        attributes::text(&resource.attributes, "service.name").map(str::to_owned)
    });
    names.collect()
}
