//! The three services, and requests to them.

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use glyph_tests::{
    children::{Ended, Process},
    environment, wait,
    written::parsed,
};
use serde_json::Value;

const SIGTERM: u32 = 15;

/// The process that started the services, with the services.
pub(crate) struct Library {
    pub(crate) process: Process,
    services: Vec<Service>,
}

/// A service, as the first lines name it.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    name: String,
    pub(crate) address: String,
    pub(crate) id: u32,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// The status line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Library {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// Starts the services with these environment variables, and waits until they listen.
    pub(crate) fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gospelib"));
        environment::clean_with_console(&mut command)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .envs(variables.iter().copied());
        // Without a content service, there are two.
        let count = if arguments.contains(&"content-down") {
            2
        } else {
            3
        };
        let mut process = Process::start(&mut command);
        let mut named = || Service::named(&process.line("the address of a service"));
        let services = (0..count).map(|_| named()).collect();
        Self { process, services }
    }

    pub(crate) fn service(&self, name: &str) -> Service {
        let service = self.services.iter().find(|service| service.name == name);
        service.unwrap().clone()
    }

    /// Asks the process to end, and returns the lines of all services.
    pub(crate) fn end(self) -> Vec<Value> {
        self.process.handles(&[SIGTERM]);
        signal(self.process.id(), "TERM");
        let Ended { status, errors, .. } = self.process.end("the library");
        assert!(status.success(), "{errors}");
        parsed(&errors)
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(id: u32, name: &str) {
    let mut kill = Command::new("kill");
    kill.args(["-s", name, &id.to_string()]);
    assert!(kill.status().unwrap().success(), "{id}");
}

impl Service {
    /// Reads a line such as `gateway: http://127.0.0.1:8081 (pid 7)`.
    fn named(line: &str) -> Self {
        let (name, rest) = line.split_once(": http://").unwrap();
        let (address, id) = rest.split_once(" (pid ").unwrap();
        Self {
            name: name.to_owned(),
            address: address.to_owned(),
            id: id.trim_end_matches(')').parse().unwrap(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.try_get(path, "").unwrap()
    }

    pub(crate) fn post(&self, path: &str, kind: &str, body: &str) -> Response {
        let headers = format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        self.ask("POST", path, &headers, body).unwrap()
    }

    /// Returns `None` if no whole response arrives.
    pub(crate) fn try_get(&self, path: &str, headers: &str) -> Option<Response> {
        self.ask("GET", path, headers, "")
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Option<Response> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(wait::LONG)).ok()?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"
        );
        // A server that rejects a body does not read the rest of it.
        let _sent = stream.write_all((head + body).as_bytes());
        let mut text = String::new();
        let _as_far_as_it_went = stream.read_to_string(&mut text);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse::<usize>().ok())?
        });
        let is_whole = length.is_none_or(|length| body.len() >= length);
        let status = head.split(' ').nth(1)?.parse().ok()?;
        is_whole.then(|| Response {
            status,
            head: head.to_lowercase(),
            body: body.to_owned(),
        })
    }

    /// Returns the sum of the samples of a metric whose labels contain a text.
    pub(crate) fn sum(&self, name: &str, label: &str) -> f64 {
        let page = self.try_get("/metrics", "").map(|page| page.body);
        let page = page.unwrap_or_default();
        let samples = page.lines().filter_map(|line| line.strip_prefix(name));
        let samples = samples.filter(|rest| rest.starts_with([' ', '{']) && rest.contains(label));
        let values = samples.filter_map(|rest| {
            let sample = rest.split(" # ").next()?;
            sample.rsplit(' ').next()?.parse::<f64>().ok()
        });
        values.sum()
    }
}
