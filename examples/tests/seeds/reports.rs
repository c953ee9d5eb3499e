//! The errors that the services of `gospelib` send to Sentry. A sink takes them in its place.

use glyph_tests::sentry::{ADDRESS, Sink};
use serde_json::Value;

use crate::served::{Server, command};

/// The services, and what they say when they fail.
const FAILURES: [(&str, &str); 3] = [
    ("gateway", "model not read"),
    ("content", "passage not read"),
    ("ingest", "text not ingested"),
];

/// Makes each service fail once, and returns an event of each.
pub(crate) fn run() -> Vec<Value> {
    let sink = Sink::start();
    let mut command = command("gospelib");
    command
        .args(["--text", "/nowhere", "--llm-url", "http://127.0.0.1:1"])
        .args(["--fault", "graph-slow"])
        .env(ADDRESS, &sink.address);
    let server = Server::start(command);
    for path in ["/ask/grace", "/passages/gen.1.1"] {
        let response = server.ask(("GET", path, &[]));
        assert!(response.status >= 500, "{response:?}");
    }
    let event = |(service, message)| sink.event(service, message);
    let events = FAILURES.map(event).to_vec();
    server.stop("gospelib");
    events
}
