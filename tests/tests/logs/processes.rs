//! Whole processes, some of which are killed.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use glyph_tests::{children::Process, environment, wait};

use crate::capture::parsed;

fn child(mode: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logging-child"));
    environment::clean(&mut command).arg(mode);
    command
}

#[test]
fn killed_process_has_every_confirmed_audit_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let mut process = Process::start(child("audit").arg(&path));
    let mut last = String::new();
    for _ in 0..500 {
        last = process.line("the number of an audit line");
    }
    process.kill();
    let text = std::fs::read_to_string(path).unwrap();
    let (whole, _torn) = text.rsplit_once('\n').unwrap();
    let lines = parsed(whole);
    let last: usize = last.trim().parse().unwrap();
    assert!(
        lines.len() > last,
        "{} lines, and number {last} was there",
        lines.len()
    );
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["number"], number);
    }
}

/// Not a [`Process`], which reads to the end: here the reader stops.
#[test]
fn process_with_closed_standard_output_runs_to_its_end() {
    wait::within(wait::LONG, "the end of the process", || {
        let mut piped = child("log");
        piped.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = piped.spawn().unwrap();
        let mut first = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut first).unwrap();
        assert_eq!(parsed(&first)[0]["number"], 0);
        drop(said);
        let mut report = String::new();
        let mut errors = process.stderr.take().unwrap();
        errors.read_to_string(&mut report).unwrap();
        assert!(process.wait().unwrap().success(), "{report}");
        assert!(
            report.contains("every line counted, some refused"),
            "{report}"
        );
        assert_eq!(
            report.matches("glyph: log lines are lost").count(),
            1,
            "{report}"
        );
        assert!(report.contains("standard output: Broken pipe"), "{report}");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_is_reported_once_and_by_the_shutdown() {
    let ended = Process::start(&mut child("full")).end("the process with a full disk");
    let errors = &ended.errors;
    assert!(ended.status.success(), "{errors}");
    let reported = "glyph: log lines are lost, cannot write to /dev/full: No space left on device";
    assert_eq!(errors.matches(reported).count(), 1, "{errors}");
    let result =
        "shutdown: 200 log lines not delivered to `log` at /dev/full (No space left on device";
    assert!(errors.contains(result), "{errors}");
}

/// The exit follows the error at once, so nothing but its caller can have reported it.
#[cfg(target_os = "linux")]
#[test]
fn full_disk_is_reported_before_the_process_exits() {
    for _ in 0..20 {
        let ended = Process::start(&mut child("full-exit")).end("the process with a full disk");
        assert!(
            ended.errors.contains("glyph: log lines are lost"),
            "{}",
            ended.errors
        );
    }
}

#[test]
fn audit_trail_named_dash_is_standard_output() {
    let ended = Process::start(&mut child("audit-to-output")).end("the process that audits");
    assert!(ended.status.success(), "{}", ended.errors);
    let lines = parsed(&ended.output);
    assert_eq!(lines[0]["message"], "role granted");
    assert!(!std::path::Path::new("-").exists());
}
