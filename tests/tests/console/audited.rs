//! The audit trail of changes through the console: who, what, from and to.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use glyph_runtime::{
    Telemetry,
    log::{Audit, Output},
};
use glyph_tests::{
    children::alone,
    environment,
    wait::{LONG, until},
};
use serde_json::{Value, json};

use crate::client::post;

const TOKEN: &str = "0123456789abcdef";
const JSON: (&str, &str) = ("content-type", "application/json");

/// A program that has installed its log, since the thread of the console writes the line.
fn program(host: Ipv4Addr, token: Option<&str>, audit: &std::path::Path) -> Telemetry {
    let audit = Audit::file(audit);
    let builder = environment::telemetry("shop")
        .listener((host, 0))
        .console(true)
        .log(|log| {
            log.output = Output::Writer(Box::new(std::io::sink()));
            "info".clone_into(&mut log.filter);
            log.audit = Some(audit);
        });
    let builder = match token {
        Some(token) => builder.admin_token(token),
        None => builder,
    };
    builder.install().unwrap()
}

fn change(address: SocketAddr, filter: &str, headers: &[(&str, &str)]) -> u16 {
    let headers = [&[JSON, ("host", "localhost")], headers].concat();
    let body = json!({ "filter": filter }).to_string();
    post(address, "/api/v1/logs/filter", &headers, &body).status
}

/// Changes the filter twice, with a rejected change between, and returns the lines of the trail.
fn trail(host: Ipv4Addr, token: Option<&str>) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    let telemetry = program(host, token, &file);
    let port = telemetry.local_addr().unwrap().port();
    let address = (Ipv4Addr::LOCALHOST, port).into();
    let bearer = format!("Bearer {TOKEN}");
    let authorized: &[_] = match token {
        Some(_) => &[("authorization", bearer.as_str())],
        None => &[],
    };
    assert_eq!(change(address, "info,shop=debug", authorized), 200);
    assert_eq!(change(address, "shop=loud", authorized), 400);
    let foreign = [("origin", "http://evil.example")];
    assert_eq!(
        change(address, "off", &[authorized, &foreign].concat()),
        403
    );
    if token.is_some() {
        assert_eq!(change(address, "off", &[]), 401);
    }
    assert_eq!(change(address, "warn", authorized), 200);
    let lines = || {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(serde_json::from_str);
        lines.collect::<Result<Vec<Value>, _>>().unwrap_or_default()
    };
    until("the trail has two lines", || lines().len() >= 2);
    let report = telemetry.shutdown_blocking(LONG);
    assert!(report.is_complete(), "{report}");
    lines()
}

fn compare(lines: &[Value], access: &str) {
    let changes = [("info", "info,shop=debug"), ("info,shop=debug", "warn")];
    assert_eq!(lines.len(), changes.len(), "{lines:#?}");
    let client = IpAddr::from(Ipv4Addr::LOCALHOST).to_string();
    for (line, (before, filter)) in lines.iter().zip(changes) {
        let expected = json!({
            "target": "audit",
            "level": "INFO",
            "message": "log filter changed in the console",
            "action": "set log filter",
            "client.address": client,
            "access": access,
            "before": before,
            "filter": filter,
        });
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&line[field], value, "{field}: {line:#}");
        }
        assert!(line["timestamp"].is_string(), "{line:#}");
    }
}

#[test]
fn change_over_loopback_names_its_client() {
    alone(|| compare(&trail(Ipv4Addr::LOCALHOST, None), "loopback"));
}

#[test]
fn change_with_the_token_names_it_and_never_shows_it() {
    alone(|| {
        let lines = trail(Ipv4Addr::UNSPECIFIED, Some(TOKEN));
        compare(&lines, "admin token");
        assert!(!json!(lines).to_string().contains(TOKEN));
    });
}
