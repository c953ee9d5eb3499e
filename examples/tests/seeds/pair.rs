//! The proxy and its authentication service, as two processes.

use std::collections::BTreeSet;

use glyph_tests::receiver::{attributes, traces::Receiver};

use crate::served::{Server, command};

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
        let start = |arguments: &[&str]| {
            let mut command = command("ibex");
            command
                .args(arguments)
                .args(["--trace-sample-ratio", "1"])
                .env("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint());
            Server::start(command)
        };
        let auth = start(&["--only", "auth"]);
        let address = auth.started()["auth"].as_str().unwrap().to_owned();
        let proxy = start(&["--only", "proxy", "--auth-address", &address]);
        let sent = &[("authorization", "Bearer token-acme")];
        let response = proxy.ask(("POST", "/v1/chat/completions", sent));
        assert_eq!(response.status, 200, "{response:?}");
        let page = |server: &Server| server.ask(("GET", "/metrics", &[])).body;
        let pages = vec![("auth", page(&auth)), ("proxy", page(&proxy))];
        proxy.stop("proxy");
        auth.stop("auth");
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
