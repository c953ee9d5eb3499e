//! Programs that run during a test and end with it.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

/// Timeout of a test's waits; a busy machine needs a fraction of it.
const DEADLINE: Duration = Duration::from_secs(120);
/// Time between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// The output stream that a test reads.
#[derive(Clone, Copy)]
pub(crate) enum Output {
    Stdout,
    Stderr,
    Both,
}

/// A running program. Dropping it kills the program.
pub(crate) struct Process {
    program: String,
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    pub(crate) fn start(mut command: Command, output: Output) -> Self {
        let program = command.get_program().to_string_lossy().into_owned();
        if let Output::Stdout | Output::Both = output {
            command.stdout(Stdio::piped());
        }
        if let Output::Stderr | Output::Both = output {
            command.stderr(Stdio::piped());
        }
        let mut child = spawn(&mut command);
        let (sender, lines) = channel();
        // An unread pipe would block the program, so other streams are not piped.
        if let Some(stdout) = child.stdout.take() {
            send_lines(stdout, sender.clone());
        }
        if let Some(stderr) = child.stderr.take() {
            send_lines(stderr, sender);
        }
        Self {
            program,
            child,
            lines,
        }
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the first line of the output for which `find` returns a value.
    pub(crate) fn wait_for_line<T>(&self, find: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        let mut others = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => match find(&line) {
                    Some(found) => return found,
                    None => others.push(line),
                },
                Err(error) => panic!("{}: {error}\n{}", self.program, others.join("\n")),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The program may have ended already, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a program. Fails with its name if it is not installed.
pub(crate) fn spawn(command: &mut Command) -> Child {
    match command.spawn() {
        Ok(child) => child,
        Err(error) => panic!(
            "cannot start {}: {error}; .ci/run installs what these tests need",
            command.get_program().display()
        ),
    }
}

/// Reads to the end even if no test waits, so that the program never blocks.
fn send_lines(output: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = lines.send(line);
        }
    });
}

/// Retries until there is a result. At the deadline, fails with the last error.
pub(crate) fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        match attempt() {
            Ok(result) => return result,
            Err(reason) => assert!(Instant::now() < deadline, "{what}: {reason}"),
        }
        thread::sleep(PAUSE);
    }
}
