//! The Model Context Protocol: what an assistant asks, and what is rejected.

use std::net::SocketAddr;

use glyph_runtime::{Telemetry, log::Output};
use glyph_tests::wait::until;
use serde_json::{Value, json};
use tracing::dispatcher::with_default;

use crate::{
    client::{Response, get, post},
    program::{pay, pay_by, program_with_log, subscriber, traced},
};

const LOCAL: (&str, &str) = ("host", "localhost");
const JSON: (&str, &str) = ("content-type", "application/json");

fn shop() -> (Telemetry, SocketAddr) {
    program_with_log(|program| {
        program.log(|log| {
            log.output = Output::Writer(Box::new(std::io::sink()));
            "info".clone_into(&mut log.filter);
        })
    })
}

fn send(address: SocketAddr, message: &Value) -> Response {
    post(address, "/mcp", &[LOCAL, JSON], &message.to_string())
}

fn result(address: SocketAddr, method: &str, params: &Value) -> Value {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let response = send(address, &message).json();
    assert_eq!(
        (&response["jsonrpc"], &response["id"]),
        (&json!("2.0"), &json!(1))
    );
    assert!(response["error"].is_null(), "{response}");
    response["result"].clone()
}

/// Calls a tool, and returns what it found.
fn call(address: SocketAddr, tool: &str, arguments: &Value) -> Value {
    let result = result(
        address,
        "tools/call",
        &json!({"name": tool, "arguments": arguments}),
    );
    assert_eq!(result["isError"], false);
    let text = result["content"][0]["text"].as_str().unwrap();
    let read: Value = serde_json::from_str(text).unwrap();
    assert_eq!(read, result["structuredContent"], "both forms are the same");
    read
}

#[test]
fn client_and_server_agree_on_a_version() {
    let (_telemetry, address) = shop();
    for (asked, agreed) in [
        ("2025-06-18", "2025-06-18"),
        ("2025-03-26", "2025-03-26"),
        ("2025-11-25", "2025-11-25"),
        ("2999-01-01", "2025-11-25"),
    ] {
        let params = json!({"protocolVersion": asked, "capabilities": {}, "clientInfo": {}});
        let initialized = result(address, "initialize", &params);
        assert_eq!(initialized["protocolVersion"], agreed, "{asked}");
        assert_eq!(initialized["capabilities"], json!({"tools": {}}));
    }
    let done = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let response = send(address, &done);
    assert_eq!((response.status, response.body.as_str()), (202, ""));
    assert_eq!(result(address, "ping", &json!({})), json!({}));
}

#[test]
fn tools_are_listed_and_only_read() {
    let (_telemetry, address) = shop();
    let list = result(address, "tools/list", &json!({}));
    let tools = list["tools"].as_array().unwrap();
    let names: Vec<_> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["last_failures", "trace", "logs", "stages", "alerts"]
    );
    for tool in tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        let properties = tool["inputSchema"]["properties"].as_object().unwrap();
        for required in tool["inputSchema"]["required"].as_array().unwrap() {
            assert!(
                properties.contains_key(required.as_str().unwrap()),
                "{tool}"
            );
        }
    }
}

#[test]
fn last_failure_has_its_stage_error_labels_and_lines() {
    let (telemetry, address) = shop();
    traced(&telemetry, || {
        tracing::info_span!("checkout", order = 7).in_scope(|| {
            tracing::info!("checked");
            let _failed = pay("");
        });
        let _paid = pay("bread");
    });
    until("the lines are written", || {
        get(address, "/api/v1/logs").json()["lines"]
            .as_array()
            .unwrap()
            .len()
            == 2
    });
    let found = call(address, "last_failures", &json!({}));
    let [failure] = found["failures"].as_array().unwrap().as_slice() else {
        panic!("one failure: {found}")
    };
    assert_eq!(failure["trace"]["name"], "checkout");
    let failed = &failure["failed"];
    assert_eq!(
        (&failed["name"], &failed["error"]),
        (&json!("pay"), &json!("no order"))
    );
    assert_eq!(failed["attributes"]["order"], "");
    let lines = failure["lines"]["lines"].as_array().unwrap();
    let messages: Vec<_> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(messages[0], "checked");
    assert_eq!(lines[1]["level"], "ERROR");

    let id = failure["trace"]["trace_id"].as_str().unwrap();
    let trace = call(address, "trace", &json!({"trace_id": id}));
    assert_eq!(trace["tree"].as_array().unwrap().len(), 2);
    let of_trace = call(address, "logs", &json!({"trace_id": id, "level": "error"}));
    assert_eq!(of_trace["lines"], json!([lines[1]]));
    let none = call(address, "last_failures", &json!({"stage": "deliver"}));
    assert_eq!(none["failures"], json!([]));
    assert_eq!(none["program"]["service"], "shop");
    let stages = call(address, "stages", &json!({}));
    assert_eq!(
        (&stages["service"], stages["stages"].is_array()),
        (&json!("shop"), true)
    );
    assert!(call(address, "alerts", &json!({}))["alerts"].is_array());
}

#[test]
fn failure_is_that_of_the_last_stage_that_was_not_recovered_from() {
    let (telemetry, address) = shop();
    let failed_call = || {
        let _call = tracing::info_span!("call", otel.status_code = "ERROR").entered();
    };
    traced(&telemetry, || {
        let checkout = tracing::info_span!("checkout", otel.status_code = "ERROR");
        checkout.in_scope(|| {
            tracing::info_span!("recovered").in_scope(failed_call);
            let _recovered = pay("");
            let _last = pay_by("card", failed_call);
        });
    });
    let found = call(address, "last_failures", &json!({}));
    let failure = &found["failures"][0];
    assert_eq!(failure["trace"]["name"], "checkout");
    let (failed, causes) = (&failure["failed"], &failure["causes"]);
    assert_eq!(
        (&failed["name"], &failed["attributes"]["order"]),
        (&json!("pay"), &json!("card")),
        "{found}"
    );
    assert_eq!(causes[0]["name"], "call");
    assert_eq!(causes[0]["parent_span_id"], failed["span_id"]);
    assert_eq!(causes.as_array().unwrap().len(), 1);
}

#[test]
fn failures_at_the_same_time_are_told_apart() {
    let (telemetry, address) = shop();
    let subscriber = subscriber(&telemetry);
    std::thread::scope(|scope| {
        for customer in ["ada", "grace"] {
            let subscriber = &subscriber;
            let work = move || {
                tracing::info!("checked by {customer}");
                let _failed = pay("");
            };
            scope.spawn(move || {
                with_default(subscriber, || {
                    tracing::info_span!("checkout", customer).in_scope(work);
                });
            });
        }
    });
    until("the lines are written", || {
        get(address, "/api/v1/logs").json()["lines"]
            .as_array()
            .unwrap()
            .len()
            == 4
    });
    let found = call(address, "last_failures", &json!({"limit": 2}));
    let failures = found["failures"].as_array().unwrap();
    let mut customers: Vec<String> = Vec::new();
    for failure in failures {
        let lines = failure["lines"]["lines"].as_array().unwrap();
        assert_eq!(lines.len(), 2, "{failure}");
        let customer = lines[0]["fields"]["customer"].as_str().unwrap();
        assert_eq!(lines[0]["message"], format!("checked by {customer}"));
        assert!(
            lines
                .iter()
                .all(|line| line["fields"]["customer"] == customer),
            "{failure}"
        );
        customers.push(customer.to_owned());
    }
    customers.sort();
    assert_eq!(customers, ["ada", "grace"]);
}

#[test]
fn hostile_messages_are_answered_with_what_is_wrong() {
    let (_telemetry, address) = shop();
    let error = |body: &str| {
        let response = post(address, "/mcp", &[LOCAL, JSON], body);
        let json: Value = serde_json::from_str(&response.body).unwrap();
        let message = json["error"]["message"].as_str().unwrap().to_owned();
        (
            response.status,
            json["error"]["code"].as_i64().unwrap(),
            message,
        )
    };
    let request = |method: &str, params: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#)
    };
    let call = |params: &str| request("tools/call", params);
    let huge = format!("\"{}\"", "x".repeat(100_000));
    let deep = "[".repeat(50_000);
    for (body, status, code, text) in [
        ("", 400, -32700, "invalid JSON"),
        ("{\"jsonrpc\":", 400, -32700, "invalid JSON"),
        (deep.as_str(), 400, -32700, "invalid JSON"),
        ("[]", 400, -32600, "one message at a time"),
        ("{}", 400, -32600, "jsonrpc"),
        (huge.as_str(), 413, -32600, "at most 65536 bytes"),
        (
            &request("tools/delete", "{}"),
            200,
            -32601,
            "unknown method",
        ),
        (
            &request("resources/list", "{}"),
            200,
            -32601,
            "unknown method",
        ),
        (&call("{}"), 200, -32602, "unknown tool: use last_failures"),
        (
            &call(r#"{"name":"set_filter"}"#),
            200,
            -32602,
            "unknown tool",
        ),
        (
            &call(r#"{"name":"trace"}"#),
            200,
            -32602,
            "missing `trace_id`",
        ),
        (
            &call(r#"{"name":"trace","arguments":{"trace_id":"0"}}"#),
            200,
            -32602,
            "not among",
        ),
        (
            &call(r#"{"name":"trace","arguments":[]}"#),
            200,
            -32602,
            "use an object",
        ),
        (
            &call(r#"{"name":"trace","arguments":{"trace_id":7}}"#),
            200,
            -32602,
            "use a string",
        ),
        (
            &call(r#"{"name":"stages","arguments":{"x":1}}"#),
            200,
            -32602,
            "unknown argument",
        ),
        (
            &call(r#"{"name":"logs","arguments":{"level":"loud"}}"#),
            200,
            -32602,
            "use `error`",
        ),
        (
            &call(r#"{"name":"logs","arguments":{"limit":0}}"#),
            200,
            -32602,
            "from 1 to 1000",
        ),
        (
            &call(r#"{"name":"logs","arguments":{"limit":1e9}}"#),
            200,
            -32602,
            "from 1 to 1000",
        ),
    ] {
        let begun = body.get(..60).unwrap_or(body);
        let (found, found_code, message) = error(body);
        assert_eq!((found, found_code), (status, code), "{begun}: {message}");
        assert!(message.contains(text), "{begun}: {message}");
    }
}

#[test]
fn requests_of_other_sites_methods_and_versions_are_rejected() {
    let (_telemetry, address) = shop();
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let status = |headers: &[(&str, &str)]| post(address, "/mcp", headers, ping).status;
    assert_eq!(status(&[LOCAL, JSON]), 200);
    assert_eq!(
        status(&[LOCAL, JSON, ("mcp-protocol-version", "2025-06-18")]),
        200
    );
    assert_eq!(
        status(&[LOCAL, JSON, ("mcp-protocol-version", "2999-01-01")]),
        400
    );
    assert_eq!(status(&[LOCAL]), 415);
    assert_eq!(
        status(&[LOCAL, JSON, ("origin", "http://evil.example")]),
        403
    );
    assert_eq!(status(&[("host", "evil.example"), JSON]), 403);
    assert_eq!(get(address, "/mcp").status, 405);
}

#[test]
fn listener_for_others_answers_assistants_with_the_token_alone() {
    let token = "0123456789abcdef";
    let (_telemetry, address) = program_with_log(|program| {
        program
            .without_log()
            .listener(([0, 0, 0, 0], 0))
            .admin_token(token)
    });
    let address: SocketAddr = ([127, 0, 0, 1], address.port()).into();
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    assert_eq!(post(address, "/mcp", &[LOCAL, JSON], ping).status, 401);
    let bearer = format!("Bearer {token}");
    let headers = [LOCAL, JSON, ("authorization", bearer.as_str())];
    assert_eq!(post(address, "/mcp", &headers, ping).status, 200);
}

#[test]
fn failures_of_a_stage_are_requests_in_which_it_failed() {
    let (telemetry, address) = shop();
    traced(&telemetry, || {
        let _failed = pay("");
        let checkout = tracing::info_span!("checkout", otel.status_code = "ERROR");
        checkout.in_scope(|| {
            let _paid = pay("bread");
        });
    });
    let found = call(address, "last_failures", &json!({"stage": "pay"}));
    let failure = &found["failures"][0];
    assert_eq!(failure["trace"]["name"], "pay", "{found}");
    assert_eq!(failure["failed"]["error"], "no order");
}
