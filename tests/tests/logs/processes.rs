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
    });
}
