//! The last words of a process are on its output, however it ends.

#![cfg(unix)]

use std::{
    fs::{self, File},
    io::{self, Read},
    os::{fd::OwnedFd, unix::net::UnixStream},
    process::{Command, ExitStatus, Stdio},
    sync::{Mutex, PoisonError},
    thread,
};

use glyph_tests::{environment, wait, written::parsed};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::Value;

const RUNS: usize = 40;
const LINES: usize = 1_000;

/// One process at a time: the reader of a terminal has to keep up within the time that a caller
/// waits.
static ALONE: Mutex<()> = Mutex::new(());

#[derive(Clone, Copy, Debug)]
enum Output {
    Pipe,
    File,
    Terminal,
    Socket,
}

const OUTPUTS: [Output; 4] = [Output::Pipe, Output::File, Output::Terminal, Output::Socket];

/// What a process has left. A line is the number or the message of an event.
struct Left {
    status: ExitStatus,
    lines: Vec<String>,
    errors: String,
}

fn command(ending: &str, locked: bool) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_last-words-child"));
    let lock = if locked { "locked" } else { "unlocked" };
    environment::clean(&mut command).args([ending, lock]);
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

fn run(ending: &str, output: Output, locked: bool) -> Left {
    let mut command = command(ending, locked);
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let what = format!("the end of `{ending}` with {output:?}");
    wait::within(wait::LONG, &what, move || match output {
        Output::Pipe => {
            let ended = command.stdout(Stdio::piped()).output().unwrap();
            left(ended.status, &ended.stdout, &ended.stderr)
        }
        Output::File => {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("log");
            let ended = command.stdout(File::create(&path).unwrap()).output();
            let ended = ended.unwrap();
            left(ended.status, &fs::read(&path).unwrap(), &ended.stderr)
        }
        Output::Terminal => on_a_terminal(command),
        Output::Socket => on_a_socket(command),
    })
}

fn on_a_terminal(mut command: Command) -> Left {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let terminal = File::options()
        .write(true)
        .open(name.to_str().unwrap())
        .unwrap();
    let reader = thread::spawn(move || read_terminal(File::from(master)));
    let child = command.stdout(terminal).spawn().unwrap();
    // The command has a copy of the terminal, which never ends while somebody has it open.
    drop(command);
    let ended = child.wait_with_output().unwrap();
    let output = reader.join().unwrap();
    Left {
        lines: pretty(&String::from_utf8(output).unwrap()),
        ..left(ended.status, &[], &ended.stderr)
    }
}

fn on_a_socket(mut command: Command) -> Left {
    let (mut reader, writer) = UnixStream::pair().unwrap();
    let reading = thread::spawn(move || {
        let mut all = Vec::new();
        reader.read_to_end(&mut all).unwrap();
        all
    });
    let child = command.stdout(OwnedFd::from(writer)).spawn().unwrap();
    drop(command);
    let ended = child.wait_with_output().unwrap();
    left(ended.status, &reading.join().unwrap(), &ended.stderr)
}

/// Reads until the last process has closed the terminal, which is an error on Linux.
fn read_terminal(mut master: File) -> Vec<u8> {
    let (mut all, mut part) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        match master.read(&mut part) {
            Ok(0) => return all,
            Ok(count) => all.extend_from_slice(&part[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return all,
        }
    }
}

fn left(status: ExitStatus, output: &[u8], errors: &[u8]) -> Left {
    Left {
        status,
        lines: parsed(&String::from_utf8_lossy(output))
            .iter()
            .filter_map(json)
            .collect(),
        errors: String::from_utf8_lossy(errors).into_owned(),
    }
}

/// Returns `None` for a line of glyph's own, such as the one about a signal.
fn json(line: &Value) -> Option<String> {
    let is_own = line["target"].as_str().unwrap().starts_with("glyph");
    let number = line["number"].as_u64().map(|number| number.to_string());
    let message = || line["message"].as_str().unwrap().to_owned();
    (!is_own).then(|| number.unwrap_or_else(message))
}

/// Returns the lines of a terminal, without colors.
fn pretty(text: &str) -> Vec<String> {
    let text = ["0", "2", "31", "32"]
        .iter()
        .fold(text.to_owned(), |text, color| {
            text.replace(&format!("\x1b[{color}m"), "")
        });
    let line = |line: &str| {
        let (_head, message) = line.split_once(": ").unwrap();
        let message = message.strip_prefix("before number=").unwrap_or(message);
        message
            .split(" code.file.path=")
            .next()
            .unwrap()
            .trim()
            .to_owned()
    };
    text.lines().map(line).collect()
}

impl Left {
    /// Asserts that the output ends with `last`, after the thousand lines.
    ///
    /// A slow reader may miss the newest of the thousand, since last words overtake them in time. A
    /// file has no reader.
    #[track_caller]
    fn ends_with(&self, last: &[&str], output: Output, number: usize) {
        let Self { status, errors, .. } = self;
        let is_number = |line: &&String| line.parse::<usize>().is_ok();
        let (before, after): (Vec<_>, Vec<_>) = self.lines.iter().partition(is_number);
        let what = format!(
            "{output:?}, run {number}, {} lines: {status} {errors}",
            before.len()
        );
        assert_eq!(after, last, "{what}");
        let expected = (0..before.len()).map(|number| number.to_string());
        assert!(before.iter().copied().cloned().eq(expected), "{what}");
        if let Output::File = output {
            assert_eq!(before.len(), LINES, "{what}");
            assert!(
                self.lines
                    .ends_with(&after.into_iter().cloned().collect::<Vec<_>>()),
                "{what}"
            );
        }
    }
}

/// Runs an ending until the machine is not too busy for it.
fn in_time(ending: &str, output: Output, locked: bool) -> Left {
    for _ in 0..RUNS {
        let left = run(ending, output, locked);
        let is_late = left.errors.contains("the machine is too busy");
        let may_overtake = left.errors.contains("the last words may overtake others");
        if !is_late && (!may_overtake || !matches!(output, Output::File)) {
            return left;
        }
    }
    panic!("`{ending}` to {output:?} is late every time");
}

/// Runs an ending forty times with each output, every second time while the caller holds the lock
/// of standard output.
fn always_ends(ending: &str, last: &[&str]) {
    for output in OUTPUTS {
        for number in 0..RUNS {
            in_time(ending, output, number % 2 == 1).ends_with(last, output, number);
        }
    }
}

#[test]
fn exit_keeps_last_words() {
    always_ends("exit", &["last words"]);
}

#[test]
fn abort_keeps_last_words() {
    always_ends("abort", &["last words"]);
}

#[test]
fn telemetry_in_a_static_keeps_last_words() {
    always_ends("static", &["last words"]);
}

#[test]
fn end_of_main_keeps_last_words() {
    always_ends("end", &["last words"]);
}

#[test]
fn unhandled_signal_keeps_last_words() {
    always_ends("sigterm", &["last words"]);
}

#[test]
fn handled_signal_keeps_last_words() {
    always_ends("handled", &["last words", "after the signal"]);
}

#[test]
fn lines_below_warn_are_written_within_a_tenth_of_a_second() {
    always_ends("quiet", &[]);
}

#[test]
fn panic_message_is_the_last_line() {
    always_ends("panic", &["last words"]);
}
