//! The replicas, behind targets that keep the text of each scrape.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use glyph_tests::{Page, children::Process, environment};

use crate::{
    api::{Api, Labels},
    evaluator::Database,
    http,
};

/// A target of Prometheus. Each scrape lets the replica work for a second first, so that its load is
/// steady by the times of the samples.
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) job: &'static str,
    pub(super) env: &'static str,
    pub(super) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    replica: Option<Replica>,
    /// The text of each scrape. `None` for a scrape while no replica runs.
    scrapes: Vec<Option<String>>,
}

struct Replica {
    process: Process,
    address: SocketAddr,
}

impl Replica {
    fn start(name: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet-child"));
        let mut process = Process::start(environment::clean(&mut command).arg(name));
        let address = process.line("the replica's address").parse().unwrap();
        Self { process, address }
    }

    /// Returns the exposition after a second of work, and its content type.
    fn scrape(&mut self, accept: &str) -> (String, String) {
        self.process.say("work");
        self.process.line("a second of work");
        let url = format!("http://{}/metrics", self.address);
        let request = http::agent().get(url).header("Accept", accept);
        let mut response = request.call().unwrap();
        let kind = response.headers().get("Content-Type").unwrap();
        let kind = kind.to_str().unwrap().to_owned();
        (response.body_mut().read_to_string().unwrap(), kind)
    }
}

impl Target {
    /// Starts a replica and its target.
    pub(super) fn start(name: &'static str, job: &'static str, env: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            replica: Some(Replica::start(name)),
            scrapes: Vec::new(),
        }));
        let shared = Arc::downgrade(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(state) = shared.upgrade() else {
                    return;
                };
                answer(&stream, &mut state.lock().unwrap());
            }
        });
        Self {
            name,
            job,
            env,
            address,
            state,
        }
    }

    /// Ends the replica. Scrapes fail from now on.
    pub(super) fn end(&self) {
        self.state.lock().unwrap().replica = None;
    }

    /// Ends the replica and starts another one.
    pub(super) fn restart(&self) {
        self.end();
        let replica = Replica::start(self.name);
        self.state.lock().unwrap().replica = Some(replica);
    }

    pub(super) fn labels(&self) -> Labels {
        let labels = [
            ("job", self.job),
            ("env", self.env),
            ("instance", self.name),
        ];
        let owned = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        owned.into_iter().collect()
    }

    /// Adds the text of each scrape until a time, with the time that Prometheus gave it.
    pub(super) fn add_to(&self, database: &mut Database, prometheus: &Api, until: i64) {
        let selector = format!("up{{instance=\"{}\"}}[1h]", self.name);
        let up = prometheus.samples(&selector, until).unwrap();
        let [(_, up)] = up.as_slice() else {
            panic!("{selector} selects {up:?}");
        };
        let scrapes = self.state.lock().unwrap().scrapes.clone();
        assert!(
            up.len() <= scrapes.len(),
            "Prometheus has more scrapes of {}",
            self.name
        );
        for ((time, up), text) in up.iter().zip(scrapes) {
            // A scrape that took too long failed too.
            let text = text.filter(|_| *up > 0.0);
            let page = text.map(|text| Page::parse(&text).unwrap());
            assert!(
                *up < 1.0 || page.is_some(),
                "a scrape of {} without a text",
                self.name
            );
            database.scraped(&self.labels(), *time, page.as_ref().map(Page::samples));
        }
    }
}

/// Answers a scrape; closes the connection if no replica runs.
fn answer(mut stream: &TcpStream, state: &mut State) {
    let mut accept = String::new();
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("accept")
        {
            value.trim().clone_into(&mut accept);
        }
    }
    let Some(replica) = &mut state.replica else {
        state.scrapes.push(None);
        return;
    };
    let (text, kind) = replica.scrape(&accept);
    state.scrapes.push(Some(text.clone()));
    let length = text.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    // Prometheus closes the connection of a scrape that takes too long.
    let _ = stream.write_all((head + &text).as_bytes());
}
