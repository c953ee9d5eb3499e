//! Whole processes, whose end is not always their own choice.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use crate::capture::parsed;

fn child(mode: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logging-child"));
    command
        .arg(mode)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_process_that_is_killed_has_every_audit_line_that_it_went_on_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let mut process = child("audit").arg(&path).spawn().unwrap();
    let mut said = BufReader::new(process.stdout.take().unwrap());
    let mut last = String::new();
    for _ in 0..500 {
        last.clear();
        said.read_line(&mut last).unwrap();
    }
    process.kill().unwrap();
    process.wait().unwrap();
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

#[test]
fn a_process_whose_standard_output_is_closed_goes_on_to_its_end() {
    let mut process = child("log").spawn().unwrap();
    let mut first = String::new();
    let mut said = BufReader::new(process.stdout.take().unwrap());
    said.read_line(&mut first).unwrap();
    assert_eq!(parsed(&first)[0]["number"], 0);
    drop(said);
    let mut report = String::new();
    process
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut report)
        .unwrap();
    assert!(process.wait().unwrap().success(), "{report}");
    assert!(
        report.contains("every line counted, some refused"),
        "{report}"
    );
}
