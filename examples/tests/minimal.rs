//! The smallest program, with a collector that does not exist.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::process::Command;

use glyph_tests::{children::Process, environment, written::parsed};

const SIGINT: u32 = 2;

#[cfg(target_os = "linux")]
#[test]
fn program_that_did_its_work_succeeds_without_a_collector() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minimal"));
    environment::clean(&mut command)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
        .env("OTEL_EXPORTER_PROMETHEUS_PORT", "0");
    let mut process = Process::start(&mut command);
    while !process.line("the address").starts_with("see http://") {}
    process.handles(&[SIGINT]);
    let mut kill = Command::new("kill");
    kill.args(["-s", "INT", &process.id().to_string()]);
    assert!(kill.status().unwrap().success());
    let ended = process.end("minimal");
    assert!(ended.status.success(), "{}\n{}", ended.status, ended.output);
    let lines = parsed(&ended.output);
    let mut reports = lines
        .iter()
        .filter(|line| line["target"] == "glyph::shutdown");
    let report = reports.next().unwrap();
    assert_eq!(report["level"], "WARN");
    assert_eq!(
        (&report["destination"], &report["items"]),
        (&"otlp".into(), &"spans".into())
    );
    assert_eq!(report["count"], 3);
    assert_eq!(report["url"], "http://127.0.0.1:1/v1/traces");
    let error = report["error"].as_str().unwrap();
    assert!(error.contains("refused"), "{error}");
    assert!(reports.next().is_none(), "{lines:?}");
}
