//! The program, which plays each session once.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    process::Command,
};

use glyph_examples::{Run, run, run_with};
use glyph_tests::{children::Process, environment, wait};

const PROGRAM: &str = env!("CARGO_BIN_EXE_glyphoxa");

fn once(arguments: &[&str]) -> Run {
    let own = ["--once", "--speed", "20", "--speech", "embedded"];
    run(PROGRAM, &[own.as_slice(), arguments].concat())
}

#[test]
fn page_of_one_run_has_all_that_went_well() {
    let run = once(&[]);
    for (name, labels, value) in [
        ("glyphoxa_s2s_duration_seconds_count", "", 12.0),
        ("glyphoxa_stt_duration_seconds_count", "", 12.0),
        ("glyphoxa_tts_duration_seconds_count", "", 12.0),
        // Each of the seven calls of a tool is asked for, and told of.
        ("glyphoxa_llm_duration_seconds_count", "", 19.0),
        ("glyphoxa_tool_calls_total", r#"status="ok""#, 7.0),
        ("glyphoxa_tool_calls_total", r#"status="error""#, 0.0),
        ("glyphoxa_provider_requests_total", r#"status="ok""#, 43.0),
        ("glyphoxa_provider_requests_total", r#"status="error""#, 0.0),
        ("glyphoxa_provider_errors_total", "", 0.0),
        ("glyphoxa_npc_utterances_total", r#"npc_id="guard_02""#, 5.0),
        ("glyphoxa_active_sessions", "", 0.0),
        ("glyphoxa_http_request_duration_seconds_count", "", 4.0),
        ("http_client_errors_total", "", 0.0),
    ] {
        let sum = run.sum(name, &[labels]);
        assert!((sum - value).abs() < f64::EPSILON, "{name} {labels}: {sum}");
    }
    for said in ["# gate", "tobin: Then I cast misty step.", "# s2s"] {
        assert!(run.page.contains(said), "{said}");
    }
    let problems = run.log.iter().filter(|line| line["level"] != "INFO");
    assert_eq!(problems.count(), 0, "{:#?}", run.log);
}

#[test]
fn failures_of_a_run_are_on_its_page() {
    let run = once(&["--fail-rate", "1"]);
    let failed = run.sum(
        "glyphoxa_provider_errors_total",
        &["provider=\"embedded\"", "kind=\"stt\""],
    );
    assert!((failed - 12.0).abs() < f64::EPSILON, "{failed}");
    assert!(
        run.page
            .contains("(no answer: speech to text: the recognizer got silence)")
    );
}

/// A recognizer is installed whose model is not.
#[test]
fn programs_that_do_not_work_take_no_ones_place() {
    let folder = tempfile::tempdir().unwrap();
    for program in ["espeak-ng", "pocketsphinx"] {
        let file = folder.path().join(program);
        fs::write(&file, "#!/bin/sh\necho 'no model' >&2\nexit 1\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = [("PATH", folder.path().to_str().unwrap())];
    let run = run_with(
        PROGRAM,
        &["--once", "--speed", "20", "--speech", "auto"],
        &path,
    );
    let recognized = ["provider=\"embedded\"", "kind=\"stt\"", "status=\"ok\""];
    let count = run.sum("glyphoxa_provider_requests_total", &recognized);
    assert!((count - 12.0).abs() < f64::EPSILON, "{count}");
    let mut command = Command::new(PROGRAM);
    let command = environment::clean(&mut command).envs(path);
    let ended = command
        .args(["--once", "--speech", "system"])
        .output()
        .unwrap();
    assert!(!ended.status.success());
    let reason = String::from_utf8(ended.stderr).unwrap();
    assert!(reason.contains("espeak-ng failed: no model"), "{reason}");
}

#[test]
fn config_file_sets_address_and_level() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    let arguments = ["--config", file.to_str().unwrap()];
    for (level, has_lines) in [("info", true), ("error", false)] {
        fs::write(&file, format!("server: {{log_level: {level}}}\n")).unwrap();
        assert_eq!(!once(&arguments).log.is_empty(), has_lines, "{level}");
    }
    fs::write(&file, "server: {listen_addr: '127.0.0.1:0'}\n").unwrap();
    let mut command = Command::new(PROGRAM);
    let command = environment::clean(&mut command).args(arguments);
    let mut process = Process::start(command.args(["--speech", "embedded"]));
    let line = process.line("the address");
    let address = line.strip_prefix("listening on http://").unwrap();
    // The port is the one of the system, and not the default.
    assert!(!address.ends_with(":8080"), "{address}");
    let mut client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(wait::LONG)).unwrap();
    client.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
    let mut page = String::new();
    client.read_to_string(&mut page).unwrap();
    assert!(
        page.contains("# TYPE glyphoxa_active_sessions gauge"),
        "{page}"
    );
    drop(process);
    fs::write(&file, "server: {listen_addr: nowhere}\n").unwrap();
    let ended = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert!(!ended.status.success());
    let reason = String::from_utf8(ended.stderr).unwrap();
    assert!(reason.contains("invalid address `nowhere`"), "{reason}");
}
