//! A process that installs everything as its environment and its command line say.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
#![expect(clippy::indexing_slicing, reason = "what is missing fails the test")]
#![expect(clippy::panic, reason = "what takes too long fails the test")]

mod collectors;
mod context;
mod feedback;
mod loggers;
mod settings;
mod signals;
mod systems;

use glyph_tests::receiver::any as receiver;
use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use glyph_tests::Page;
use serde_json::Value;

/// Longer than anything here takes on a busy machine.
const LONG: Duration = Duration::from_secs(30);

/// A process that does what it is told; killed when it is dropped.
struct Service {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Reads the log, which otherwise would hold the process up.
    log: Option<JoinHandle<String>>,
}

impl Service {
    fn start(variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let mut child = command(variables, arguments).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        Self {
            log: Some(log),
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// Says what to do, and gives the answer.
    fn ask(&mut self, what: &str) -> Value {
        writeln!(self.input.as_mut().unwrap(), "{what}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| {
            let log = self.log();
            panic!("{what}: {error} in {answer:?}; the log is {log}")
        })
    }

    /// The trace of one turn.
    fn turn(&mut self) -> String {
        self.ask("turn").as_str().unwrap().to_owned()
    }

    fn page(&mut self) -> Page {
        Page::parse(self.ask("page").as_str().unwrap()).unwrap()
    }

    /// Ends it, and gives its log.
    fn end(mut self) -> String {
        assert_eq!(self.ask("end"), "ended");
        self.log()
    }

    fn log(&mut self) -> String {
        self.input = None;
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_gone = self.child.wait();
    }
}

fn command(variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_installed-child"));
    command
        .env_clear()
        .envs(variables.iter().copied())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The lines of a log in JSON.
fn lines(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect()
}

/// Waits for what another process does.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < LONG, "{what}");
        thread::yield_now();
    }
}
