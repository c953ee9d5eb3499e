//! Names in attributes of the crate in `base`, in an editor with rust-analyzer.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed setup fails the test"
)]

mod client;
mod project;

use std::{
    thread,
    time::{Duration, Instant},
};

use client::Client;
use serde_json::{Value, json};

/// Longer than rust-analyzer takes to read the crates on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// The file with the catalog.
const FILE: &str = "telemetry.rs";

/// A file that is open in the editor.
struct Open {
    client: Client,
    uri: String,
    text: String,
}

impl Open {
    fn new(text: String) -> Self {
        let uri = project::uri(FILE);
        let mut client = Client::start(&project::project());
        client.notify(
            "textDocument/didOpen",
            &json!({"textDocument": {"uri": uri, "languageId": "rust", "version": 1, "text": text}}),
        );
        Self { client, uri, text }
    }

    /// Asks about the place after `before` until `answer` accepts the result.
    fn ask<T>(&mut self, method: &str, before: &str, answer: impl Fn(&Value) -> Option<T>) -> T {
        let (ahead, _) = self.text.split_once(before).unwrap();
        let ahead = format!("{ahead}{before}");
        let line = ahead.matches('\n').count();
        let column = ahead.rsplit('\n').next().map_or(0, str::len);
        let parameters = json!({
            "textDocument": {"uri": self.uri},
            "position": {"line": line, "character": column},
        });
        let start = Instant::now();
        loop {
            let result = self.client.request(method, &parameters);
            if let Some(found) = answer(&result) {
                return found;
            }
            let waited = start.elapsed();
            assert!(
                waited < LIMIT,
                "waited {waited:?} for {method} after `{before}`: {result}"
            );
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// The lines that the name after `before` leads to.
    fn definitions(&mut self, before: &str) -> Vec<String> {
        let places = self.ask("textDocument/definition", before, |result| {
            result
                .as_array()
                .filter(|places| !places.is_empty())
                .cloned()
        });
        let line = |place: &Value| {
            let line = place.pointer("/range/start/line").and_then(Value::as_u64);
            let line = usize::try_from(line.unwrap()).unwrap();
            let is_here = place.get("uri").and_then(Value::as_str) == Some(&*self.uri);
            let here = self.text.lines().nth(line).filter(|_| is_here);
            here.map_or_else(|| place.to_string(), |line| line.trim().to_owned())
        };
        places.iter().map(line).collect()
    }

    /// Waits until the names after `before` have `name` among them.
    fn wait_for(&mut self, before: &str, name: &str) {
        self.ask("textDocument/completion", before, |result| {
            let mut items = result.get("items")?.as_array()?.iter();
            let label = |item: &Value| item.get("label").and_then(Value::as_str) == Some(name);
            items.any(label).then_some(())
        });
    }
}

#[test]
#[ignore = "needs rust-analyzer"]
fn names_in_a_stage_lead_to_their_fields() {
    let mut open = Open::new(project::text(FILE));
    for (before, field) in [
        (
            "stage(stt, requests = ",
            "pub provider_requests: Counter<ProviderRequest>,",
        ),
        ("errors = ", "pub provider_errors: Counter<ProviderError>,"),
        ("in_flight = ", "pub transcribing: Gauge,"),
        ("first_item = ", "pub first_token: Histogram,"),
        ("stage(lookup, requests = ", "pub lookups: Counter<Looked>,"),
    ] {
        assert_eq!(open.definitions(before), [field], "{before}");
    }
}

#[test]
#[ignore = "needs rust-analyzer"]
fn fields_complete_a_name_in_a_stage() {
    let text = project::text(FILE).replace("requests = tool_calls", "requests = tool_c");
    let mut open = Open::new(text);
    open.wait_for("requests = tool_c", "tool_calls");
}
