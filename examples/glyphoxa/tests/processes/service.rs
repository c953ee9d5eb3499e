//! A process of the program, and requests to it.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use glyph_examples::Run;
use glyph_tests::{children::Process, environment, wait, written::parsed};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_glyphoxa");
const SIGTERM: u32 = 15;
/// Nobody speaks but the test.
pub(crate) const SILENT: [&str; 1] = ["--without-sessions"];

/// A process of the program.
pub(crate) struct Service {
    pub(crate) process: Process,
    pub(crate) address: String,
    /// The address at which a worker is called.
    pub(crate) grpc: String,
}

/// A response, as far as it came.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Service {
    /// Starts a process with the embedded providers.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        environment::clean_with_console(&mut command)
            .args(["--listen", "127.0.0.1:0", "--speech", "embedded"])
            .args(arguments);
        let mut process = Process::start(&mut command);
        let line = process.line("the address");
        let address = line
            .strip_prefix("listening on http://")
            .unwrap()
            .to_owned();
        let grpc = if arguments.windows(2).any(|two| two == ["--mode", "worker"]) {
            let line = process.line("the address for calls");
            line.strip_prefix("called at ").unwrap().to_owned()
        } else {
            String::new()
        };
        Self {
            process,
            address,
            grpc,
        }
    }

    pub(crate) fn worker(arguments: &[&str]) -> Self {
        let own = ["--mode", "worker"];
        let address: &[&str] = if arguments.contains(&"--grpc-listen") {
            &[]
        } else {
            &["--grpc-listen", "127.0.0.1:0"]
        };
        Self::start(&[own.as_slice(), address, arguments].concat())
    }

    /// Starts a gateway that calls this worker.
    pub(crate) fn gateway(&self, arguments: &[&str]) -> Self {
        let own = ["--mode", "gateway", "--worker", &self.grpc];
        Self::start(&[own.as_slice(), arguments].concat())
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        request(&self.address, &format!("GET {path}"), "", &[]).unwrap()
    }

    /// Speaks to the guard.
    pub(crate) fn speak(&self, file: &[u8]) -> Response {
        speak(&self.address, "", file).unwrap()
    }

    /// Returns the page of metrics.
    pub(crate) fn page(&self) -> Run {
        Run {
            page: self.get("/metrics").text(),
            log: Vec::new(),
        }
    }

    /// Returns the sum of samples on the page, which are whole numbers.
    pub(crate) fn sum(&self, name: &str, labels: &[&str]) -> u64 {
        sum(&self.page(), name, labels)
    }

    /// Waits until `/readyz` has this status, and returns its text.
    pub(crate) fn readiness(&self, status: u16) -> String {
        let mut last = String::new();
        wait::until(&format!("/readyz is {status}"), || {
            let probe = self.get("/readyz");
            last = probe.text();
            probe.status == status
        });
        last
    }

    pub(crate) fn terminate(&self) {
        self.process.handles(&[SIGTERM]);
        let mut kill = Command::new("kill");
        let kill = kill.args(["-s", "TERM", &self.process.id().to_string()]);
        assert!(kill.status().unwrap().success());
    }

    /// Ends the process, and returns its lines.
    pub(crate) fn stop(self) -> Vec<Value> {
        self.terminate();
        self.end()
    }

    /// Waits for the end of the process, and returns its lines.
    pub(crate) fn end(self) -> Vec<Value> {
        let ended = self.process.end("the process");
        assert!(ended.status.success(), "{}", ended.errors);
        parsed(&ended.errors)
    }
}

/// Whether a line is the one of a request to speak.
pub(crate) fn is_of_speech(line: &Value) -> bool {
    let path = line["path"].as_str().unwrap_or_default();
    line["msg"] == "request completed" && path.ends_with("/speak")
}

/// Returns the sum of samples, which are whole numbers.
pub(crate) fn sum(page: &Run, name: &str, labels: &[&str]) -> u64 {
    // A sum of nothing is -0.
    let sum = page.sum(name, labels) + 0.0;
    format!("{sum}").parse().unwrap()
}

/// Returns a WAV file of a text, which the program itself writes.
pub(crate) fn said(text: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("speech.wav");
    let mut command = Command::new(PROGRAM);
    environment::clean_with_console(&mut command)
        .args(["say", text])
        .arg(&file);
    let ended = Process::start(&mut command).end("say");
    assert!(ended.status.success(), "{}", ended.errors);
    fs::read(&file).unwrap()
}

/// Speaks to the guard at an address. `None` if nobody accepted the connection.
pub(crate) fn speak(address: &str, headers: &str, file: &[u8]) -> Option<Response> {
    request(address, "POST /api/v1/npcs/guard_02/speak", headers, file)
}

fn request(address: &str, line: &str, headers: &str, body: &[u8]) -> Option<Response> {
    let mut client = TcpStream::connect(address).ok()?;
    client.set_read_timeout(Some(wait::LONG)).unwrap();
    let length = body.len();
    // Version 1.0 has no chunks, which could end in the middle of a sample.
    let head = format!("{line} HTTP/1.0\r\nHost: a\r\nContent-Length: {length}\r\n{headers}\r\n");
    client.write_all(&[head.as_bytes(), body].concat()).ok()?;
    let mut bytes = Vec::new();
    // A cut response is one as well.
    let _error_at_its_end = client.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = bytes[end + 4..].to_vec();
    Some(Response { status, body })
}
