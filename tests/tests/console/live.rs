//! The overview as server-sent events.

use std::{
    io::{BufRead, BufReader, Read},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use glyph_tests::wait::LONG;
use serde_json::Value;

use crate::{
    client::send,
    program::{pay, program},
};

/// A client that follows the events.
struct Follower(BufReader<TcpStream>);

impl Follower {
    fn start(address: SocketAddr) -> Self {
        let stream = send(address, "GET", "/api/v1/live", &[("host", "localhost")]);
        let mut follower = Self(BufReader::new(stream));
        let status = follower.line();
        assert_eq!(status, "HTTP/1.1 200 OK", "{status}");
        follower
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Returns the next event.
    fn event(&mut self) -> Value {
        loop {
            let line = self.line();
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

fn calls(event: &Value) -> u64 {
    let mut stages = event["stages"].as_array().unwrap().iter();
    let stage = stages.find(|stage| stage["name"] == "pay").unwrap();
    stage["calls"].as_u64().unwrap()
}

#[test]
fn events_follow_the_calls() {
    let (_telemetry, address) = program(|program| program);
    let mut follower = Follower::start(address);
    let first = follower.event();
    pay("bread").unwrap();
    let second = follower.event();
    assert!(calls(&second) > calls(&first), "{first}\n{second}");
    let uptime = |event: &Value| event["uptime_seconds"].as_f64().unwrap();
    assert!(uptime(&second) > uptime(&first), "{first}\n{second}");
}

#[test]
fn number_of_followers_is_limited() {
    let (_telemetry, address) = program(|program| program);
    let mut followers: Vec<_> = (0..8).map(|_| Follower::start(address)).collect();
    for follower in &mut followers {
        follower.event();
    }
    let mut ninth = send(address, "GET", "/api/v1/live", &[("host", "localhost")]);
    let mut text = String::new();
    ninth.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 503 "), "{text}");
    assert!(text.contains("retry-after: 1"), "{text}");
}

#[test]
fn shutdown_does_not_wait_for_followers() {
    let (telemetry, address) = program(|program| program);
    let mut follower = Follower::start(address);
    follower.event();
    let begun = Instant::now();
    let report = telemetry.shutdown_blocking(LONG);
    assert!(report.is_complete(), "{report}");
    let taken = begun.elapsed();
    assert!(
        taken + Duration::from_secs(1) < LONG,
        "the shutdown took {taken:?}"
    );
    let mut rest = String::new();
    follower.0.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("0\r\n\r\n"), "the stream was cut: {rest:?}");
}
