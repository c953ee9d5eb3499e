//! The voice pipeline of the examples, as a running program.

use std::{
    cell::{Cell, RefCell},
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use glyph_tests::environment;
use serde_json::Value;

use crate::process::{Output, Process, spawn};

/// The program, built once with the profile of these tests.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| build("glyphoxa"));

/// The running pipeline.
pub(crate) struct Glyphoxa {
    pub(crate) address: SocketAddr,
    pub(crate) console: SocketAddr,
    process: Process,
}

impl Glyphoxa {
    /// Starts a pipeline with short sessions and unreliable providers.
    pub(crate) fn start() -> Self {
        Self::failing("0.3")
    }

    /// Starts a pipeline whose providers fail at this rate.
    pub(crate) fn failing(rate: &str) -> Self {
        Self::spawn(rate, Output::Stdout, &[("RUST_LOG", "error")])
    }

    /// Starts a pipeline with these environment variables and a readable log.
    pub(crate) fn logging(rate: &str, variables: &[(&str, &str)]) -> Self {
        Self::spawn(rate, Output::Both, variables)
    }

    fn spawn(rate: &str, output: Output, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(&*PROGRAM);
        environment::clean_with_console(&mut command)
            .args(["--listen", "127.0.0.1:0"])
            .args(["--speed", "10", "--speech", "embedded"])
            .args(["--fail-rate", rate])
            .envs(variables.iter().copied());
        let process = Process::start(command, output);
        // The address of the console is in the log, whose lines can be read before or after this one.
        let console = Cell::new(None);
        let address = Cell::new(None);
        let (address, console) = process.wait_for_line(|line| {
            if let Some(served) = line.strip_prefix("listening on http://") {
                address.set(served.parse().ok());
            }
            if let Some((_, served)) = line.split_once("the console is at http://") {
                console.set(
                    served
                        .split('/')
                        .next()
                        .and_then(|served| served.parse().ok()),
                );
            }
            let has_log = matches!(output, Output::Both);
            let console = console.get().or((!has_log).then(nowhere))?;
            Some((address.get()?, console))
        });
        Self {
            address,
            console,
            process,
        }
    }

    /// Returns its log, up to the first line for which `last` is true.
    pub(crate) fn log(&self, last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let lines = RefCell::new(Vec::new());
        self.process.wait_for_line(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let is_last = last(&line);
            lines.borrow_mut().push(line);
            is_last.then_some(())
        });
        lines.into_inner()
    }
}

/// Speaks to a character of a pipeline over HTTP until `ended`. Probes and scrapes are no requests of the
/// objective.
pub(crate) fn speak_until(address: SocketAddr, ended: &AtomicBool) {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .new_agent();
    let url = format!("http://{address}/api/v1/npcs/sage_03/speak");
    while !ended.load(Relaxed) {
        agent.post(&url).send_empty().unwrap();
        thread::sleep(Duration::from_millis(100));
    }
}

/// Writes the artifacts of the pipeline's metrics.
pub(crate) fn write_artifacts(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(&*PROGRAM);
    environment::clean_with_console(&mut command)
        .arg("artifacts")
        .arg(folder)
        .args(arguments);
    let status = spawn(&mut command).wait().unwrap();
    assert!(status.success(), "the artifacts are not written");
}

/// The console of a program whose log is not read.
fn nowhere() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// Builds a program. Cargo reports its path, so any target directory works.
pub(crate) fn build(program: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root)
        .args(["build", "--bin", program, "--profile", &profile()])
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped());
    // With the variables of this package, build scripts that look at them run again, as that of ring, and
    // all that depends on it is compiled twice.
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in names {
        let is_of_this = ["CARGO_PKG_", "CARGO_MANIFEST_", "OUT_DIR"];
        if is_of_this.iter().any(|begin| name.starts_with(begin)) {
            command.env_remove(name);
        }
    }
    let output = spawn(&mut command).wait_with_output().unwrap();
    assert!(output.status.success(), "{program} does not build");
    let messages = String::from_utf8(output.stdout).unwrap();
    let mut artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == program);
    let executable =
        artifacts.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.unwrap_or_else(|| panic!("cargo names no executable in\n{messages}"))
}

/// Returns the profile of this test: the parent folder of `deps`, where `debug` means `dev`.
fn profile() -> String {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).and_then(Path::file_name).unwrap();
    match folder.to_str().unwrap() {
        "debug" => "dev".to_owned(),
        other => other.to_owned(),
    }
}
