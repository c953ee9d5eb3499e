//! A process of the program, and requests to it.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use glyph_examples::Run;
use glyph_tests::{children::Process, environment, wait, written::parsed};
use serde_json::{Value, json};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_ibex");
pub(crate) const COMPLETIONS: &str = "/v1/chat/completions";
const SIGTERM: u32 = 15;

/// A service in a process of its own.
pub(crate) struct Service {
    pub(crate) process: Process,
    /// The address of its pages.
    pub(crate) address: String,
    /// The line that it writes when it is up.
    pub(crate) started: Value,
    /// The lines before that one.
    lines: Vec<String>,
}

/// A response, as far as it came.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Response {
    /// Whether the body came to its end.
    pub(crate) fn is_whole(&self) -> bool {
        let lower = self.text.to_ascii_lowercase();
        !lower.contains("transfer-encoding: chunked") || self.text.ends_with("\r\n0\r\n\r\n")
    }
}

impl Service {
    pub(crate) fn auth(arguments: &[&str]) -> Self {
        Self::auth_with(arguments, &[])
    }

    /// Starts an authentication service with these variables.
    pub(crate) fn auth_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let own = ["auth", "--listen", "127.0.0.1:0"];
        let address: &[&str] = if arguments.contains(&"--grpc-listen") {
            &[]
        } else {
            &["--grpc-listen", "127.0.0.1:0"]
        };
        Self::start(&[own.as_slice(), address, arguments].concat(), variables)
    }

    /// Starts a proxy that calls this authentication service.
    pub(crate) fn proxy(&self, arguments: &[&str]) -> Self {
        self.proxy_with(arguments, &[])
    }

    /// Does what [`Self::proxy`] does, with these variables.
    pub(crate) fn proxy_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let own = ["proxy", "--listen", "127.0.0.1:0", "--auth-address"];
        let arguments = [own.as_slice(), &[self.grpc()], arguments].concat();
        Self::start(&arguments, variables)
    }

    fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(PROGRAM);
        environment::clean_with_console(&mut command)
            .args(arguments)
            .envs(variables.iter().copied());
        let mut process = Process::start(&mut command);
        let mut lines = Vec::new();
        let started: Value = loop {
            let line = process.line("the address");
            let parsed: Value = serde_json::from_str(&line).unwrap();
            lines.push(line);
            if parsed["message"] == "startup" {
                break parsed;
            }
        };
        let address = started["address"].as_str().unwrap();
        Self {
            address: address.trim_start_matches("http://").to_owned(),
            process,
            started,
            lines,
        }
    }

    /// The address at which an authentication service is called.
    pub(crate) fn grpc(&self) -> &str {
        self.started["grpc"].as_str().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        get(&self.address, path)
    }

    /// Asks the model, with the token of an organization.
    pub(crate) fn complete(&self, token: &str) -> Response {
        complete(&self.address, token).unwrap()
    }

    /// Returns the page of metrics.
    pub(crate) fn page(&self) -> Run {
        Run {
            page: self.get("/metrics").text,
            log: Vec::new(),
        }
    }

    /// Waits until `/readyz` has this status, and returns its text.
    pub(crate) fn readiness(&self, status: u16) -> String {
        let mut last = String::new();
        wait::until(&format!("/readyz is {status}"), || {
            let probe = self.get("/readyz");
            last = probe.text;
            probe.status == status
        });
        last
    }

    pub(crate) fn terminate(&self) {
        self.process.handles(&[SIGTERM]);
        signal(self.process.id());
    }

    /// Ends the service, and returns its lines.
    pub(crate) fn stop(self) -> Vec<Value> {
        self.terminate();
        self.end()
    }

    /// Waits for the end of the service, and returns its lines.
    pub(crate) fn end(self) -> Vec<Value> {
        let ended = self.process.end("the service");
        assert!(ended.status.success(), "{}", ended.errors);
        let before = parsed(&self.lines.join("\n"));
        [before, parsed(&ended.output)].concat()
    }
}

/// Asks the process to end.
pub(crate) fn signal(id: u32) {
    let mut kill = Command::new("kill");
    let kill = kill.args(["-s", "TERM", &id.to_string()]);
    assert!(kill.status().unwrap().success());
}

pub(crate) fn get(address: &str, path: &str) -> Response {
    let mut client = TcpStream::connect(address).unwrap();
    // Version 1.0 has no chunks, which could end in the middle of a sample.
    send(&mut client, &format!("GET {path} HTTP/1.0"), "", "").unwrap();
    read(&mut client).unwrap()
}

/// Asks the model for a stream. `None` if nobody accepted the connection.
pub(crate) fn complete(address: &str, token: &str) -> Option<Response> {
    let message = json!({"role": "user", "content": "Tell me about the gate and the bridge."});
    let body = json!({"stream": true, "messages": [message]}).to_string();
    let mut client = TcpStream::connect(address).ok()?;
    let authorization = format!("Authorization: Bearer {token}\r\n");
    send(
        &mut client,
        &format!("POST {COMPLETIONS} HTTP/1.1"),
        &authorization,
        &body,
    )?;
    read(&mut client)
}

fn send(client: &mut TcpStream, line: &str, headers: &str, body: &str) -> Option<()> {
    client.set_read_timeout(Some(wait::LONG)).unwrap();
    let length = body.len();
    let request = format!(
        "{line}\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    client.write_all(request.as_bytes()).ok()
}

/// Reads what comes until the connection ends. `None` if nothing came.
fn read(client: &mut TcpStream) -> Option<Response> {
    let mut bytes = Vec::new();
    // A cut response is one as well.
    let _error_at_its_end = client.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.split(' ').nth(1)?.parse().ok()?;
    Some(Response { status, text })
}
