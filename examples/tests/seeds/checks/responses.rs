//! The answers of the programs: status, headers, bodies.

use std::{fs, iter};

use serde_json::Value;

use super::{Checked, all, operation::fits, stack};
use crate::{
    rows::Row,
    served::Response,
    system::{self, System},
};

/// Returns the paths of a row, which may be one.
fn paths(row: &Row) -> Vec<&str> {
    [row.texts("path"), row.texts("paths")].concat()
}

/// Returns the responses of the program to a path, also those of the run whose checks fail.
fn to<'s>(system: &'s System, method: &str, path: &str) -> Vec<&'s Response> {
    let runs = [&system.served, &system.failing];
    runs.iter().flat_map(|run| run.to(method, path)).collect()
}

/// Compares an endpoint: each status, the type of the content, the port.
pub(super) fn endpoint(row: &Row, system: &System) -> Checked {
    if row.text("name") == Some("Faro") {
        return browsers(row, system);
    }
    if row.has("services") {
        return Some(all(
            row.texts("services"),
            "the pages of two processes",
            |name| has_page(row, system, name),
        ));
    }
    let method = row.text("method").unwrap_or("GET");
    let statuses =
        iter::once(&row.0["status"]).chain(row.0["status"].as_array().into_iter().flatten());
    let mut statuses: Vec<_> = statuses.filter_map(Value::as_u64).collect();
    if statuses.is_empty() {
        statuses.push(200);
    }
    let mut differences = Vec::new();
    for path in paths(row) {
        let responses = to(system, method, path);
        for status in &statuses {
            if !responses.iter().any(|response| response.status == *status) {
                differences.push(format!("no {method} {path} is answered with {status}"));
            }
        }
        for response in responses {
            differences.extend(content(row, response));
        }
        if path == "/metrics" {
            differences.extend(missing(system));
        }
        if ["/healthz", "/readyz"].contains(&path) {
            let kubernetes = fs::read_to_string(system::file("deploy/kubernetes/glyphoxa.yml"));
            if !kubernetes.unwrap().contains(&format!("path: {path}")) {
                differences.push(format!("no probe of Kubernetes asks for {path}"));
            }
        }
    }
    if let Some(port) = row.0["port"].as_u64()
        && !stack::of(system).publishes(system.program, port)
    {
        differences.push(format!("Compose does not publish {port}"));
    }
    verdict(
        &differences,
        &format!("`{method} {}`", paths(row).join("`, `")),
    )
}

fn verdict(differences: &[String], place: &str) -> Checked {
    Some(if differences.is_empty() {
        Ok(place.to_owned())
    } else {
        Err(differences.join("; "))
    })
}

/// Whether a service has a page of its own, which names it and no other.
fn has_page(row: &Row, system: &System, name: &str) -> bool {
    let mut pages = system.pair.pages.iter();
    let page = pages.find(|(service, _)| *service == name);
    let names = |page: &str| page.contains(&format!("service_name=\"{name}\""));
    row.text("path") == Some("/metrics") && page.is_some_and(|(_, page)| names(page))
}

/// Returns how the content of a response differs from what a row asks for.
fn content(row: &Row, response: &Response) -> Option<String> {
    let kind = response.header("content-type").unwrap_or_default();
    let asked = row.text("content_type")?;
    let is_right = if asked.contains(';') {
        kind == asked
    } else {
        kind.split(';').next() == Some(asked)
    };
    let is_page =
        row.text("format") != Some("Prometheus text") || response.body.contains("# TYPE ");
    (!(is_right && is_page)).then(|| format!("its type is {kind}"))
}

/// Returns the families of the schema that are not on the page. Those without a series may be missing.
fn missing(system: &System) -> Option<String> {
    let metrics = system.schema["metrics"].as_array().into_iter().flatten();
    let page = system.served.page();
    let mut absent = metrics.filter(|metric| {
        let name = metric["name"].as_str().unwrap_or_default();
        !page.contains(&format!("# TYPE {name}"))
    });
    let name = absent.next()?["name"].clone();
    Some(format!("{name} is not on the page"))
}

/// The receiver for browsers is the agent's, whose path is fixed (Grafana Alloy, `faro.receiver`).
fn browsers(row: &Row, system: &System) -> Checked {
    let port = row.0["port"].as_u64()?;
    let path = row.text("path")?;
    let is_open = stack::of(system).publishes("alloy", port)
        && row.text("url")? == format!("http://localhost:{port}{path}");
    let is_receiver = path == "/collect" && row.text("method") == Some("POST");
    let differences = [
        (is_open, "the port is another"),
        (is_receiver, "the path is another"),
    ];
    let differences = differences.into_iter().filter(|(holds, _)| !holds);
    let differences = differences.map(|(_, difference)| difference.to_owned());
    verdict(
        &differences.collect::<Vec<_>>(),
        "`faro.receiver` in deploy/alloy/config.alloy (not run here)",
    )
}

/// Compares a header of every response.
pub(super) fn header(row: &Row, system: &System) -> Checked {
    let name = row.text("name")?;
    let mut differences = Vec::new();
    let directions = row.texts("direction");
    if directions.is_empty()
        || !directions
            .iter()
            .all(|way| ["request", "response"].contains(way))
    {
        differences.push(format!("no header goes {directions:?}"));
    }
    let of_paths = paths(row);
    let responses = system.responses();
    let mut responses: Vec<_> = responses
        .into_iter()
        .filter(|response| of_paths.is_empty() || of_paths.contains(&response.path))
        .collect();
    if directions.contains(&"request") {
        differences.extend(kept(row, name, system));
        // An id that came with a request is not of our form.
        responses.retain(|response| !sends(response, name));
    }
    if responses.is_empty() {
        differences.push("no response was looked at".to_owned());
    }
    if directions.contains(&"response") {
        let other = responses
            .iter()
            .filter_map(|response| other_value(row, name, response, system));
        differences.extend(other);
    }
    verdict(&differences, &format!("`{name}` of each response"))
}

fn sends(response: &Response, name: &str) -> bool {
    response
        .sent
        .iter()
        .any(|(sent, _)| sent.eq_ignore_ascii_case(name))
}

/// Returns how a header that came with a request was not kept.
fn kept(row: &Row, name: &str, system: &System) -> Option<String> {
    let all = system.responses();
    let asked = all.iter().find(|response| sends(response, name));
    let Some(response) = asked else {
        return Some(format!("no request has `{name}`"));
    };
    let mut sent = response.sent.iter();
    let (_, value) = sent.find(|(sent, _)| sent.eq_ignore_ascii_case(name))?;
    let is_found = match row.text("found_in") {
        None => system.log.iter().any(|line| line["request_id"] == *value),
        Some("stdout") => system.served.output.contains(value),
        Some(_) => false,
    };
    let is_kept = response.header(name) == Some(*value);
    (!(is_found && is_kept)).then(|| format!("{value} is not kept"))
}

/// Returns how the header of one response differs.
fn other_value(row: &Row, name: &str, response: &Response, system: &System) -> Option<String> {
    let path = response.path;
    let Some(value) = response.header(name) else {
        return Some(format!("the response of {path} has no `{name}`"));
    };
    if let Some(format) = row.text("format")
        && !has_format(format, value)
    {
        return Some(format!("`{value}` of {path} is not {format}"));
    }
    let line = |field: &str| {
        let id = response.header("x-request-id");
        let mut lines = system.log.iter();
        let line = lines.find(|line| id.is_some() && line["request_id"].as_str() == id);
        line.and_then(|line| line[field].as_str())
    };
    let is_right = match row.text("value") {
        None => true,
        Some("trace id" | "trace_id") => line("trace_id") == Some(value),
        Some("request_id") => line("request_id") == Some(value),
        Some(asked) => value == asked,
    };
    (!is_right).then(|| format!("it is `{value}` in the response of {path}"))
}

/// Whether a text has a form such as `00-[0-9a-f]{32}`, or is a UUID of version 7.
pub(super) fn has_format(format: &str, text: &str) -> bool {
    const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}";
    let mut format = if format == "UUID v7" { UUID } else { format };
    let mut rest = text;
    while let Some((literal, after)) = format.split_once("[0-9a-f]") {
        let Some(digits) = rest.strip_prefix(literal) else {
            return false;
        };
        let is_digit = |at: char| at.is_ascii_digit() || ('a'..='f').contains(&at);
        let found = digits.chars().take_while(|at| is_digit(*at)).count();
        let (count, after) = match after
            .strip_prefix('{')
            .and_then(|after| after.split_once('}'))
        {
            Some((count, after)) => (count.parse().unwrap(), after),
            None => (found.max(1), after.trim_start_matches('+')),
        };
        if found < count {
            return false;
        }
        (rest, format) = (&digits[count..], after);
    }
    rest == format
}

/// Compares the body of a response.
pub(super) fn json(row: &Row, system: &System) -> Checked {
    if let Some(stream) = row.text("stream") {
        return lines(stream, system);
    }
    let path = row.text("path")?;
    let status = row.0["status"].as_u64();
    let responses = to(system, "GET", path);
    let asked = status.unwrap_or(503);
    let Some(response) = responses.iter().find(|response| response.status == asked) else {
        return Some(Err(format!("no response of {path} has the status {asked}")));
    };
    let body = response.json();
    let mut differences = Vec::new();
    if row.has("body") && shape(&row.0["body"]) != shape(&body) {
        differences.push(format!("the body is {body}"));
    }
    let failed = |pattern: &str| {
        let checks = body["checks"].as_object();
        let mut values = checks.into_iter().flat_map(|checks| checks.values());
        values.any(|value| value.as_str().is_some_and(|text| fits(pattern, text)))
    };
    if row.text("pattern").is_some_and(|pattern| !failed(pattern)) {
        differences.push(format!("no check of {body} is like that"));
    }
    if row
        .texts("absent")
        .iter()
        .any(|name| !body[*name].is_null())
    {
        differences.push(format!("the body is {body}"));
    }
    verdict(&differences, &format!("`GET {path}`, {asked}"))
}

/// Returns the names of a body, and its values without the reasons of failures, in order: which of the
/// checks fails is not the same in each program.
fn shape(body: &Value) -> (Vec<String>, Vec<String>) {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for (name, value) in body.as_object().into_iter().flatten() {
        names.push(name.clone());
        if let Some(text) = value.as_str() {
            values.push(text.split(": ").next().unwrap_or_default().to_owned());
        } else {
            let (more, inner) = shape(value);
            names.extend(more);
            values.extend(inner);
        }
    }
    names.sort();
    values.sort();
    (names, values)
}

/// The log in production is lines of JSON on one stream.
fn lines(stream: &str, system: &System) -> Checked {
    let lines: Vec<_> = system.served.output.lines().collect();
    let is_json =
        |line: &&str| serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object());
    let others: Vec<_> = lines
        .iter()
        .filter(|line| !line.is_empty() && !is_json(line))
        .collect();
    let mut differences = Vec::new();
    if stream != "stdout" || lines.len() < 2 {
        differences.push(format!("{} lines are on the standard output", lines.len()));
    }
    if !others.is_empty() {
        differences.push(format!("{others:?} are no JSON"));
    }
    verdict(&differences, "the standard output of the server")
}

/// Compares what happens when a check fails.
pub(super) fn failure(row: &Row, system: &System) -> Checked {
    let status = row.0["status"].as_u64()?;
    let mut responses = to(system, "GET", "/readyz").into_iter();
    let Some(response) = responses.find(|response| response.status == status) else {
        return Some(Err(format!("no probe is answered with {status}")));
    };
    let is = response.json()["status"].clone();
    Some(all([row.text("body_status")?], "`GET /readyz`", |asked| {
        is == asked
    }))
}
