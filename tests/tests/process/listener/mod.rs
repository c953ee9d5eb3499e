//! The admin listener of a service in a process of its own.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::panic, reason = "an unexpected response fails the test")]

mod checks;
mod clients;
mod hostile;
mod port;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    time::{Duration, Instant},
};

use glyph_tests::{children::Process, environment};

/// The longest time in which a probe is answered.
const LIMIT: Duration = Duration::from_secs(1);

struct Service {
    process: Process,
    address: SocketAddr,
}

impl Service {
    /// Starts a service that may have so many descriptors open.
    fn with_descriptors(descriptors: usize, arguments: &[&str]) -> Self {
        let mut command = Command::new("sh");
        let limited = format!("ulimit -n {descriptors}; exec \"$0\" \"$@\"");
        command.args(["-c", &limited, env!("CARGO_BIN_EXE_listener-child")]);
        Self::started(environment::clean(command.args(arguments)))
    }

    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_listener-child"));
        Self::started(environment::clean(command.args(arguments)))
    }

    fn started(command: &mut Command) -> Self {
        let mut process = Process::start(command);
        process.say("address");
        let address = process.line("the service's address").parse().unwrap();
        Self { process, address }
    }

    fn ask(&mut self, command: &str) -> String {
        self.process.say(command);
        self.process.line(command)
    }

    /// Whether the whole page arrives.
    fn is_scraped(&self) -> bool {
        let page = get(self.address, "/metrics", 20 * LIMIT).unwrap_or_default();
        page.starts_with("HTTP/1.1 200") && page.contains("\nglyph_scrapes_total ")
    }

    fn probe(&self, path: &str) -> Duration {
        probe(self.address, path)
    }
}

/// Asks as a probe does, and returns the time to the end of the answer.
#[track_caller]
fn probe(address: SocketAddr, path: &str) -> Duration {
    let begun = Instant::now();
    let response = get(address, path, 10 * LIMIT);
    let took = begun.elapsed();
    match response {
        Ok(response) if response.starts_with("HTTP/1.1 200") => took,
        other => panic!("{path} after {took:?}: {other:?}"),
    }
}

fn get(address: SocketAddr, path: &str, limit: Duration) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}
