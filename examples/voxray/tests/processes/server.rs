//! The server, and calls of it.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use glyph_examples::Run;
use glyph_tests::{children::Process, environment, wait, written::parsed};
use serde::Deserialize;
use serde_json::Value;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_voxray");
const SIGTERM: u32 = 15;

/// A server in a process of its own.
pub(crate) struct Server {
    process: Process,
    pub(crate) address: String,
}

/// What a client counted by itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    pub(crate) heard: Vec<String>,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) reconnections: u64,
    pub(crate) error: Option<String>,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        let command =
            environment::clean_with_console(&mut command).args(["--listen", "127.0.0.1:0"]);
        let mut process = Process::start(command.args(arguments));
        let line = process.line("the address");
        let address = line.strip_prefix("listening on http://").unwrap();
        Self {
            address: address.to_owned(),
            process,
        }
    }

    /// Starts a client that says these texts.
    pub(crate) fn begin_call(&self, say: &[&str], arguments: &[&str]) -> Process {
        let mut command = Command::new(PROGRAM);
        environment::clean_with_console(&mut command).args(["call", &self.address]);
        for text in say {
            command.args(["--say", text]);
        }
        Process::start(command.args(arguments))
    }

    /// Says these texts, and returns what the client reports.
    pub(crate) fn call(&self, say: &[&str], arguments: &[&str]) -> Report {
        let ended = self.begin_call(say, arguments).end("the client");
        assert!(ended.status.success(), "{}", ended.errors);
        serde_json::from_str(&ended.output).unwrap()
    }

    /// Returns the page of metrics.
    pub(crate) fn page(&self) -> Run {
        let mut client = TcpStream::connect(&self.address).unwrap();
        client.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut page = String::new();
        client.read_to_string(&mut page).unwrap();
        Run {
            page,
            log: Vec::new(),
        }
    }

    pub(crate) fn count(&self, name: &str) -> u64 {
        count(&self.page(), name, &[])
    }

    /// Waits until the recordings of so many sessions were uploaded, or failed to be.
    pub(crate) fn settled(&self, sessions: u64) -> Run {
        wait::until(&format!("{sessions} sessions have ended"), || {
            let page = self.page();
            let of = |name| count(&page, name, &[]);
            of("recording_jobs_success_total") + of("recording_jobs_failed_total") == sessions
        });
        self.page()
    }

    /// Ends the server as a person does, and returns its log.
    pub(crate) fn stop(self) -> Vec<Value> {
        self.process.handles(&[SIGTERM]);
        let mut kill = Command::new("kill");
        let kill = kill.args(["-s", "TERM", &self.process.id().to_string()]);
        assert!(kill.status().unwrap().success());
        let ended = self.process.end("the server");
        assert!(ended.status.success(), "{}", ended.errors);
        parsed(&ended.errors)
    }
}

/// Returns the sum of a counter's samples with these labels.
pub(crate) fn count(page: &Run, name: &str, labels: &[&str]) -> u64 {
    // A sum of nothing is -0.
    let sum = page.sum(name, labels) + 0.0;
    format!("{sum}").parse().unwrap()
}
