//! The voice pipeline of the examples, built and running.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use serde_json::Value;

use crate::process::{Output, Process, spawn};

/// The program, built once with the profile that these tests were built with.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(build);

/// The running pipeline.
pub(crate) struct Glyphoxa {
    pub(crate) address: SocketAddr,
    _process: Process,
}

impl Glyphoxa {
    /// Starts a pipeline whose sessions are short and whose providers often fail.
    pub(crate) fn start() -> Self {
        Self::failing("0.3")
    }

    /// Starts one whose providers fail at this rate.
    pub(crate) fn failing(rate: &str) -> Self {
        let mut command = Command::new(&*PROGRAM);
        command
            .args(["--listen", "127.0.0.1:0"])
            .args(["--speed", "10"])
            .args(["--fail-rate", rate]);
        let process = Process::start(command, Output::Stdout);
        let address = process.wait_for_line(|line| {
            let address = line.strip_prefix("listening on http://")?;
            address.parse().ok()
        });
        Self {
            address,
            _process: process,
        }
    }
}

/// Writes what is made of the pipeline's metrics.
pub(crate) fn write_artifacts(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(&*PROGRAM);
    command.arg("artifacts").arg(folder).args(arguments);
    let status = spawn(&mut command).wait().unwrap();
    assert!(status.success(), "the artifacts are not written");
}

/// Cargo itself says where the program is, whatever target directory it was told to use.
fn build() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root)
        .args(["build", "--bin", "glyphoxa", "--profile", &profile()])
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped());
    let output = spawn(&mut command).wait_with_output().unwrap();
    assert!(output.status.success(), "the example does not build");
    let messages = String::from_utf8(output.stdout).unwrap();
    let mut artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "glyphoxa");
    let executable =
        artifacts.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.unwrap_or_else(|| panic!("cargo names no executable in\n{messages}"))
}

/// The profile of this test: the folder above `deps`, in which `debug` stands for `dev`.
fn profile() -> String {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).and_then(Path::file_name).unwrap();
    match folder.to_str().unwrap() {
        "debug" => "dev".to_owned(),
        other => other.to_owned(),
    }
}
