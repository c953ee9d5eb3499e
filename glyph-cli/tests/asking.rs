//! The command asks a program with traffic.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    io,
    net::SocketAddr,
    process::{Command, Output},
};

use glyph_runtime::{
    Histogram, Telemetry, instrument_stage, log::Output as LogOutput, metric_catalog,
};
use glyph_tests::{environment, wait::until};
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;

const TOKEN: &str = "0123456789abcdef";

#[metric_catalog(namespace = "asked_shop", stages = stage)]
struct Shop {
    /// Time to pay.
    #[metric(unit = seconds, buckets = [10ms, 100ms, 1s])]
    #[stage(pay)]
    #[alert(SlowPayment, p95 > 100ms, for = 5m, severity = warning)]
    payment: Histogram,
}

#[instrument_stage(stage::pay, fields(order), err = event)]
fn pay(order: &str) -> Result<(), io::Error> {
    if order.len() > 5 {
        return Err(io::Error::other("too \u{1b}[31mlong"));
    }
    Ok(())
}

/// A program whose checkout of one order has failed.
fn program() -> (Telemetry, SocketAddr) {
    let telemetry = environment::telemetry("shop")
        .version("1.2.3")
        .without_panic_log()
        .without_facade()
        .without_subscriber()
        .listener(([127, 0, 0, 1], 0))
        .catalog(Shop::global())
        .console(true)
        .log(|log| log.output = LogOutput::Writer(Box::new(io::sink())))
        .install()
        .unwrap();
    let address = telemetry.local_addr().unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!("checkout", customer = "ada").in_scope(|| {
            tracing::info!("checked");
            let _failed = pay("seven loaves");
        });
        let _paid = pay("bread");
    });
    (telemetry, address)
}

fn glyph(address: SocketAddr, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glyph"));
    environment::clean(&mut command)
        .args(arguments)
        .env("GLYPH_CONSOLE_URL", format!("http://{address}"));
    command.output().unwrap()
}

fn printed(address: SocketAddr, arguments: &[&str]) -> String {
    let output = glyph(address, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn failed_trace_is_found_with_its_stage_error_labels_and_lines() {
    let (_telemetry, address) = program();
    let json = printed(address, &["traces", "--failed", "--last", "5m", "--json"]);
    let list: Value = serde_json::from_str(&json).unwrap();
    let id = list
        .pointer("/traces/0/trace_id")
        .and_then(Value::as_str)
        .unwrap();
    let table = printed(address, &["traces", "--failed", "--last", "5m"]);
    let rows: Vec<&str> = table.lines().skip(1).collect();
    assert!(
        rows.len() == 1 && rows.iter().all(|row| row.contains(id)),
        "{table}"
    );
    assert!(table.contains("checkout"), "{table}");
    assert_eq!(
        printed(address, &["traces", "--stage", "nothing"])
            .lines()
            .count(),
        1
    );
    assert_eq!(printed(address, &["traces"]).lines().count(), 3);

    until("the lines are written", || {
        printed(address, &["logs", "--trace", id]).lines().count() == 2
    });
    let trace = printed(address, &["trace", id]);
    for part in [
        "checkout",
        "customer=ada",
        "  pay ",
        "failed: too",
        "order=seven loaves",
        "checked",
        "ERROR",
    ] {
        assert!(trace.contains(part), "{part} is missing: {trace}");
    }
    assert!(
        !trace.contains('\u{1b}'),
        "the error controls the terminal: {trace:?}"
    );
}

#[test]
fn stages_alerts_and_lines_are_printed() {
    let (_telemetry, address) = program();
    let stages = printed(address, &["stages"]);
    assert!(stages.starts_with("shop 1.2.3"), "{stages}");
    assert!(
        stages.lines().any(|line| line.starts_with("pay ")),
        "{stages}"
    );
    let alerts = printed(address, &["alerts"]);
    assert!(alerts.contains("SlowPayment"), "{alerts}");
    assert_eq!(printed(address, &["alerts", "--active"]).lines().count(), 1);
    until("the line is written", || {
        printed(address, &["logs", "--level", "error"])
            .lines()
            .count()
            == 1
    });
    assert!(printed(address, &["logs", "--text", "CHECKED"]).contains("checked"));
}

#[test]
fn errors_say_what_to_do() {
    let (_telemetry, address) = program();
    let errors = |arguments: &[&str]| {
        let output = glyph(address, arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(errors(&["trace", "00"]).contains("not among the recent ones"));
    assert!(errors(&["--url", "https://a", "stages"]).contains("such as http://127.0.0.1:9464"));
    assert!(errors(&["--url", "http://127.0.0.1:1", "stages"]).contains("is the program running"));
    assert!(errors(&["traces", "--last", "5"]).contains("such as 100ms"));
    assert!(errors(&["nothing"]).contains("nothing"));
}

#[test]
fn listener_for_others_needs_the_token() {
    let telemetry = environment::telemetry("shop")
        .without_log()
        .without_facade()
        .without_subscriber()
        .listener(([0, 0, 0, 0], 0))
        .admin_token(TOKEN)
        .console(true)
        .install()
        .unwrap();
    let address = telemetry.local_addr().unwrap();
    let address: SocketAddr = ([127, 0, 0, 1], address.port()).into();
    let denied = glyph(address, &["stages"]);
    assert!(!denied.status.success());
    let errors = String::from_utf8(denied.stderr).unwrap();
    assert!(errors.contains("admin token"), "{errors}");
    let printed = printed(address, &["--token", TOKEN, "stages"]);
    assert!(printed.starts_with("shop"), "{printed}");
}
