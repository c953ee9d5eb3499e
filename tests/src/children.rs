//! Child processes of tests.

use std::{
    any::type_name,
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use crate::{environment, wait};

/// The environment variable of a process that runs one test.
const ALONE: &str = "GLYPH_TEST_ALONE";

/// Runs the calling test in its own process. Use it for global state: a subscriber, a panic hook, a
/// switch, or memory that is measured.
///
/// `work` must be a closure of the test function itself, because its type names the test to run.
///
/// # Panics
///
/// Panics with the output of the process if the test fails there, does not run, or takes longer
/// than [`wait::LONG`].
#[track_caller]
pub fn alone<F: FnOnce()>(work: F) {
    let test = test_of::<F>();
    if env::var(ALONE).is_ok_and(|wanted| wanted == test) {
        return work();
    }
    let mut command = Command::new(env::current_exe().unwrap());
    environment::clean(&mut command).env(ALONE, test).args([
        "--exact",
        test,
        "--nocapture",
        "--include-ignored",
    ]);
    let ended = Process::start(&mut command).end(test);
    assert!(
        ended.status.success() && ended.output.contains("1 passed"),
        "`{test}` in a process of its own: {}\n{}\n{}",
        ended.status,
        ended.output,
        ended.errors
    );
}

/// Returns the name of the test whose closure `F` is, in the form of libtest: `module::test`.
fn test_of<F>() -> &'static str {
    let path = type_name::<F>().trim_end_matches("::{{closure}}");
    path.split_once("::").map_or(path, |(_crate, test)| test)
}

/// A process whose output is read as it arrives. Dropping it kills the process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    errors: Receiver<String>,
}

/// The exit status and the remaining output of a process.
#[derive(Debug)]
pub struct Ended {
    /// The exit status.
    pub status: ExitStatus,
    /// The lines of standard output that were not read before.
    pub output: String,
    /// All of standard error.
    pub errors: String,
}

impl Process {
    /// Starts `command` with pipes for input, output and errors.
    ///
    /// # Panics
    ///
    /// Panics if the program cannot be started.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let piped = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = piped
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = child.stdout.take().unwrap();
        let (line, lines) = channel();
        thread::spawn(move || {
            let read = BufReader::new(stdout).lines().map_while(Result::ok);
            read.for_each(|text| drop(line.send(text)));
        });
        let mut stderr = child.stderr.take().unwrap();
        let (all, errors) = channel();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _as_far_as_it_went = stderr.read_to_end(&mut bytes);
            drop(all.send(String::from_utf8_lossy(&bytes).into_owned()));
        });
        Self {
            input: child.stdin.take(),
            child,
            lines,
            errors,
        }
    }

    /// Returns the process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the process handles these signals: before that they end it at once.
    ///
    /// # Panics
    ///
    /// Panics if that takes longer than [`wait::LONG`], or without `/proc`.
    pub fn handles(&self, signals: &[u32]) {
        let status = format!("/proc/{}/status", self.id());
        let wanted = signals
            .iter()
            .fold(0, |all, signal| all | 1 << (signal - 1));
        wait::until("the signals are handled", || {
            let status = fs::read_to_string(&status).unwrap();
            let mut handled = status
                .lines()
                .filter_map(|line| line.strip_prefix("SigCgt:"));
            let handled = u64::from_str_radix(handled.next().unwrap().trim(), 16).unwrap();
            handled & wanted == wanted
        });
        // tokio loses a signal that arrives between this moment and the end of its registration.
        thread::sleep(Duration::from_millis(200));
    }

    /// Writes a line to its standard input.
    ///
    /// # Panics
    ///
    /// Panics if the process has closed its input.
    #[track_caller]
    pub fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Returns the next line of its standard output.
    ///
    /// # Panics
    ///
    /// Panics with `what` if no line arrives within [`wait::LONG`], or with its standard error if
    /// the process has ended.
    #[track_caller]
    pub fn line(&mut self, what: &str) -> String {
        match self.lines.recv_timeout(wait::LONG) {
            Ok(line) => line,
            Err(reason) => {
                let _already_gone = self.child.kill();
                panic!("no line of {what}: {reason}; {}", self.rest_of_errors())
            }
        }
    }

    /// Kills the process.
    ///
    /// # Panics
    ///
    /// Panics if the system does not permit it.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Closes its input and waits for its end.
    ///
    /// # Panics
    ///
    /// Panics with `what` if it does not end within [`wait::LONG`].
    #[track_caller]
    #[expect(
        clippy::must_use_candidate,
        reason = "a test may only need the end of the process"
    )]
    pub fn end(mut self, what: &str) -> Ended {
        self.input = None;
        let mut status = None;
        wait::until(&format!("{what} has ended"), || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        let errors = self.rest_of_errors();
        let output: Vec<_> = self.lines.iter().collect();
        Ended {
            status: status.unwrap(),
            output: output.join("\n"),
            errors,
        }
    }

    fn rest_of_errors(&self) -> String {
        self.errors.recv_timeout(wait::LONG).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_gone = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{Process, alone};

    #[test]
    fn test_runs_alone_under_its_own_name() {
        let parent = std::process::id();
        alone(|| {
            let threads = std::env::var("GLYPH_TEST_ALONE");
            assert!(threads.is_ok(), "{parent} is the child");
        });
    }

    #[test]
    fn failure_in_the_other_process_is_reported() {
        let said = std::panic::catch_unwind(|| {
            alone(no_test());
        });
        let said = said.unwrap_err();
        let said = said.downcast_ref::<String>().unwrap();
        assert!(said.contains("0 passed"), "no such test: {said}");
    }

    /// Returns a closure of a function that is not a test.
    fn no_test() -> impl FnOnce() + std::panic::UnwindSafe {
        || unreachable!("not a test")
    }

    #[test]
    fn missing_program_is_named() {
        let start = || Process::start(&mut Command::new("no-such-program"));
        let said = std::panic::catch_unwind(start).unwrap_err();
        let said = said.downcast_ref::<String>().unwrap();
        assert!(said.contains("no-such-program"), "{said}");
    }
}
