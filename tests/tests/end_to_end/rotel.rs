//! rotel, an independent OpenTelemetry collector that prints what it receives.

use std::{
    cell::RefCell,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Command,
};

use glyph_tests::environment;

use crate::{
    process::{Output, Process},
    spans::{Printed, Span},
};

/// The program that `.ci/run` installs, unless this variable names another.
const VARIABLE: &str = "GLYPH_ROTEL";

/// A running collector.
pub(crate) struct Rotel {
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
    process: Process,
}

impl Rotel {
    /// Starts a collector that prints `signal`: `traces`, `metrics` or `logs`.
    pub(crate) fn start(signal: &str) -> Self {
        let (grpc, http) = free_addresses();
        let mut command = Command::new(program());
        environment::clean(&mut command)
            .arg("start")
            .args(["--otlp-grpc-endpoint", &grpc.to_string()])
            .args(["--otlp-http-endpoint", &http.to_string()])
            .args(["--exporter", "blackhole", "--batch-timeout", "200ms"])
            .args(["--debug-log", signal, "--debug-log-verbosity", "detailed"])
            .env("NO_COLOR", "1");
        Self {
            grpc,
            http,
            process: Process::start(command, Output::Stdout),
        }
    }

    /// Returns its output, up to the first line that contains `last`.
    pub(crate) fn received(&self, last: &str) -> Vec<String> {
        let lines = RefCell::new(Vec::new());
        self.process.wait_for_line(|line| {
            lines.borrow_mut().push(line.trim().to_owned());
            line.contains(last).then_some(())
        });
        lines.into_inner()
    }

    /// Returns received spans, once `enough` is true for them. The last printed span is not
    /// included, since later output may belong to it.
    pub(crate) fn spans_until(&self, enough: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let printed = RefCell::new(Printed::default());
        self.process.wait_for_line(|line| {
            let mut printed = printed.borrow_mut();
            let begins = printed.push(line);
            (begins && enough(printed.complete())).then_some(())
        });
        printed.into_inner().complete().to_vec()
    }
}

fn program() -> PathBuf {
    if let Some(path) = std::env::var_os(VARIABLE) {
        return path.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/rotel/lib");
    let versions = root.read_dir().into_iter().flatten().filter_map(Result::ok);
    let programs = versions.map(|version| version.path().join("site-packages/rotel/rotel-agent"));
    let found = programs.into_iter().find(|program| program.exists());
    // Without a program, the start fails and names what is missing.
    found.unwrap_or_else(|| "rotel-agent".into())
}

/// Returns two free addresses, because the program does not report its ports.
fn free_addresses() -> (SocketAddr, SocketAddr) {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [grpc, http] = listeners.map(|listener| listener.local_addr().unwrap());
    (grpc, http)
}
