//! The layers of an HTTP server: processor time of the server per request, over real connections.
//!
//! Each sample comes from its own server process, since subscribers and recorders are global.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clap::ValueEnum;

use crate::Result;
use crate::harness::child;
use crate::harness::load::Load;
use crate::harness::report::{self, Row};
use crate::harness::rounds::median;
use crate::subjects::edges::{NO_LAYER, PATH, SUBJECTS, Tracing};

const ROUNDS: u16 = 5;
const WARM_UP: Duration = Duration::from_secs(1);
const SAMPLE: Duration = Duration::from_secs(3);

/// Returns the names of the tables for one kind of tracing: the cost of a request, and the part
/// that the layers add.
const fn benches(tracing: Tracing) -> (&'static str, &'static str) {
    match tracing {
        Tracing::NoSubscriber => ("edges-no-subscriber", "edges-no-subscriber-added"),
        Tracing::Unsampled => ("edges-unsampled", "edges-unsampled-added"),
        Tracing::OnePercent => ("edges-1-percent", "edges-1-percent-added"),
        Tracing::Sampled => ("edges-sampled", "edges-sampled-added"),
    }
}

pub(crate) fn run(rounds: Option<u16>) -> Result<Vec<Row>> {
    let load = Load::found();
    let mut rows = Vec::new();
    for tracing in Tracing::value_variants() {
        let medians = medians(load, *tracing, rounds.unwrap_or(ROUNDS))?;
        let bare = medians.iter().find(|(subject, _)| *subject == NO_LAYER);
        let bare = bare.map_or(f64::NAN, |(_, nanoseconds)| *nanoseconds);
        let layers = medians.iter().filter(|(subject, _)| *subject != NO_LAYER);
        let added = layers
            .map(|(subject, nanoseconds)| (*subject, nanoseconds - bare))
            .collect();
        let (whole, above) = benches(*tracing);
        rows.extend(report::rows(whole, "ns CPU/request", 1, medians));
        rows.extend(report::rows(above, "ns CPU/request", 1, added));
    }
    Ok(rows)
}

fn medians(load: Load, tracing: Tracing, rounds: u16) -> Result<Vec<(&'static str, f64)>> {
    let mut samples = SUBJECTS.map(|subject| (subject, Vec::new()));
    let mut turns: Vec<_> = samples.iter_mut().collect();
    for _ in 0..rounds {
        for (subject, samples) in &mut turns {
            samples.push(sample(load, subject, tracing)?);
        }
        turns.rotate_left(1);
    }
    let medians = samples.map(|(subject, samples)| (subject, median(samples)));
    Ok(medians.into())
}

fn sample(load: Load, subject: &str, tracing: Tracing) -> Result<f64> {
    let mut server = Server::start(subject, tracing)?;
    load.requests(server.address, PATH, WARM_UP)?;
    let before = server.cpu_nanoseconds()?;
    let requests = load.requests(server.address, PATH, SAMPLE)?;
    let spent = server.cpu_nanoseconds()?.saturating_sub(before);
    server.stop()?;
    let (spent, requests) = (u32::try_from(spent / 1000)?, u32::try_from(requests)?);
    Ok(f64::from(spent) * 1e3 / f64::from(requests))
}

/// A server process.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(subject: &str, tracing: Tracing) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve-edge", subject, &child::name(&tracing)?])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut port = String::new();
        let output = process.stdout.take().ok_or("no standard output")?;
        BufReader::new(output).read_line(&mut port)?;
        let address = (Ipv4Addr::LOCALHOST, port.trim().parse()?).into();
        Ok(Self { process, address })
    }

    /// Returns the processor time of its main thread, which serves the requests.
    fn cpu_nanoseconds(&self) -> Result<u64> {
        let file = format!("/proc/{}/schedstat", self.process.id());
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("{file}: {error}; this is measured on Linux only"))?;
        let time = text.split_ascii_whitespace().next();
        Ok(time.ok_or("an empty schedstat")?.parse()?)
    }

    fn stop(&mut self) -> Result<()> {
        drop(self.process.stdin.take());
        let status = self.process.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the server ended with {status}").into())
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _ended_already = self.process.wait();
    }
}
