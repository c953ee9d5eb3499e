//! A proxy that serves, its clients, and an origin that counts by itself.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    thread,
};

use glyph_examples::Run;
use glyph_tests::{children::Process, environment, wait, written::parsed};
use serde_json::Value;

/// A proxy with its plugins.
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) proxy: String,
    admin: String,
    pids: BTreeMap<String, u32>,
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xgen"));
        environment::clean(&mut command)
            .args(["--listen", "127.0.0.1:0", "--proxy", "127.0.0.1:0"])
            .args(arguments);
        let mut process = Process::start(&mut command);
        let [admin, proxy] = ["the address of metrics", "the address of the proxy"].map(|what| {
            let line = process.line(what);
            line.split_once("http://").unwrap().1.to_owned()
        });
        let mut running = Self {
            process,
            proxy,
            admin,
            pids: BTreeMap::new(),
        };
        while running.pids.len() < 3 {
            running.read();
        }
        wait::until("the proxy is ready", || running.readiness().0 == 200);
        running
    }

    /// Reads a line about a process.
    fn read(&mut self) -> String {
        let line = self.process.line("the id of a process");
        let words: Vec<_> = line.split(' ').collect();
        let (plugin, pid) = (words[1].to_owned(), words.last().unwrap().parse().unwrap());
        self.pids.insert(plugin.clone(), pid);
        plugin
    }

    pub(crate) fn pid(&self, plugin: &str) -> u32 {
        self.pids[plugin]
    }

    /// Returns the id of the next process of a plugin.
    pub(crate) fn next_pid(&mut self, plugin: &str) -> u32 {
        while self.read() != plugin {}
        self.pid(plugin)
    }

    /// Asks for an address through the proxy, and returns the status.
    pub(crate) fn ask(&self, url: &str) -> Option<u16> {
        ask(&self.proxy, url)
    }

    pub(crate) fn metrics(&self) -> Run {
        let (_, page) = self.admin("/metrics");
        Run {
            page,
            log: Vec::new(),
        }
    }

    pub(crate) fn readiness(&self) -> (u16, Value) {
        let (status, report) = self.admin("/readyz");
        (status, serde_json::from_str(&report).unwrap())
    }

    fn admin(&self, path: &str) -> (u16, String) {
        let answer = exchange(&self.admin, path).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (status(head).unwrap(), body.to_owned())
    }

    /// Ends the proxy with SIGTERM, and returns its log.
    pub(crate) fn end(self) -> Vec<Value> {
        const SIGTERM: u32 = 15;
        self.process.handles(&[SIGTERM]);
        let mut kill = Command::new("kill");
        kill.args(["-s", "TERM", &self.process.id().to_string()]);
        assert!(kill.status().unwrap().success());
        let ended = self.process.end("xgen");
        assert!(ended.status.success(), "{}", ended.errors);
        parsed(&ended.errors)
    }
}

/// Asks for an address through a proxy. `None` if the proxy does not answer.
pub(crate) fn ask(proxy: &str, url: &str) -> Option<u16> {
    status(&exchange(proxy, url)?)
}

fn status(answer: &str) -> Option<u16> {
    answer.split(' ').nth(1)?.parse().ok()
}

/// Sends a request and returns the whole response.
fn exchange(address: &str, target: &str) -> Option<String> {
    let mut client = TcpStream::connect(address).ok()?;
    client.set_read_timeout(Some(wait::LONG)).unwrap();
    let head = "Host: a\r\nConnection: close\r\n";
    write!(client, "GET {target} HTTP/1.1\r\n{head}\r\n").ok()?;
    let mut answer = String::new();
    client.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// A server that answers each request on a connection of its own.
pub(crate) struct Origin {
    address: String,
    answered: Arc<AtomicU64>,
}

impl Origin {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answered = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&answered);
        thread::spawn(move || {
            for client in listener.incoming() {
                let count = Arc::clone(&count);
                thread::spawn(move || answer(client.unwrap(), &count));
            }
        });
        Self { address, answered }
    }

    pub(crate) fn page(&self, number: u64) -> String {
        format!("http://{}/{number}", self.address)
    }

    /// How many requests it has answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(SeqCst)
    }
}

fn answer(mut client: TcpStream, answered: &AtomicU64) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if client.read(&mut byte).unwrap_or_default() == 0 {
            return;
        }
        head.extend(byte);
    }
    answered.fetch_add(1, SeqCst);
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n";
    let _gone = write!(client, "{head}\r\npage");
}
