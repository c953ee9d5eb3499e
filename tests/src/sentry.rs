//! A sink that speaks Sentry's protocol.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

use crate::{wait, written::parsed};

/// The variable that says where errors go.
pub const ADDRESS: &str = "SENTRY_DSN";

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A server that takes in the envelopes of project 7.
#[derive(Debug)]
pub struct Sink {
    /// The address, as a client is given it.
    pub address: String,
    events: Arc<Mutex<Vec<Value>>>,
}

impl Sink {
    /// Starts a sink on a free port.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{KEY}@{}/7", listener.local_addr().unwrap());
        let events = Arc::<Mutex<Vec<Value>>>::default();
        let received = Arc::clone(&events);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let received = Arc::clone(&received);
                thread::spawn(move || take(&client, &received));
            }
        });
        Self { address, events }
    }

    /// Returns the events that have arrived.
    ///
    /// # Panics
    ///
    /// Panics if a thread has while it kept an event.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        self.events.lock().unwrap().clone()
    }

    /// Waits for the event of a service with this message.
    ///
    /// # Panics
    ///
    /// Panics if it does not arrive in time.
    #[must_use]
    #[track_caller]
    pub fn event(&self, service: &str, message: &str) -> Value {
        let mut found = None;
        wait::until(&format!("{service} has sent {message:?}"), || {
            let mut events = self.events().into_iter();
            found = events
                .find(|event| event["message"] == message && event["tags"]["service"] == service);
            found.is_some()
        });
        found.unwrap()
    }
}

/// Reads requests until the client closes the connection, and keeps the events of their envelopes.
fn take(mut client: &TcpStream, events: &Mutex<Vec<Value>>) -> Option<()> {
    let mut reader = BufReader::new(client);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let head = head.to_ascii_lowercase();
        assert!(head.starts_with("post /api/7/envelope/ "), "{head}");
        assert!(head.contains(&format!("sentry_key={KEY}")), "{head}");
        let mut lengths = head
            .lines()
            .filter_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; lengths.next()?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        // A head of the envelope, then a head and a content for each item.
        let lines = parsed(&String::from_utf8(body).ok()?);
        let mut events = events.lock().ok()?;
        events.extend(lines.into_iter().filter(|line| line["tags"].is_object()));
        drop(events);
        client
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            .ok()?;
    }
}

/// Whether a client runs in a process, by the names of its threads.
///
/// # Panics
///
/// Panics if the process has ended.
#[must_use]
pub fn is_client(process: u32) -> bool {
    let tasks = fs::read_dir(format!("/proc/{process}/task"))
        .unwrap()
        .flatten();
    let mut names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.any(|name| name.starts_with("sentry"))
}
