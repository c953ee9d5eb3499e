//! The layers of an HTTP server: processor time of the server per request, over real connections; or
//! instructions of a request in the process.
//!
//! Each sample comes from its own server process, since subscribers and recorders are global.

mod instructions;

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
use crate::subjects::edges::{NO_LAYER, PATH, Tracing};

const UNIT: &str = "ns CPU/request";
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
        Tracing::InstalledUnsampled => (
            "edges-installed-unsampled",
            "edges-installed-unsampled-added",
        ),
        Tracing::InstalledSampled => ("edges-installed-sampled", "edges-installed-sampled-added"),
    }
}

pub(crate) fn run(instructions: bool, rounds: Option<u16>) -> Result<Vec<Row>> {
    if instructions {
        // They are nearly the same in each round.
        return instructions::run(rounds.unwrap_or(1));
    }
    let load = Load::found();
    let mut all = Vec::new();
    for tracing in Tracing::value_variants() {
        let medians = medians(load, *tracing, rounds.unwrap_or(ROUNDS))?;
        all.extend(rows(*tracing, benches(*tracing), UNIT, medians));
    }
    Ok(all)
}

/// Returns the tables for one kind of tracing: the cost of a request, and the part that the layers
/// add.
fn rows(
    tracing: Tracing,
    (whole, above): (&'static str, &'static str),
    unit: &'static str,
    medians: Vec<(&'static str, f64)>,
) -> Vec<Row> {
    let bare = medians.iter().find(|(subject, _)| *subject == NO_LAYER);
    let bare = bare.map_or(f64::NAN, |(_, figure)| *figure);
    let layers = medians.iter().filter(|(subject, _)| *subject != NO_LAYER);
    let added = layers.map(|(subject, figure)| (*subject, figure - bare));
    let mut added = report::rows(above, unit, 1, added.collect());
    if let Some((peer, at_most)) = tracing.target() {
        report::aim(&mut added, peer, at_most);
    }
    let mut rows = report::rows(whole, unit, 1, medians);
    rows.append(&mut added);
    rows
}

fn medians(load: Load, tracing: Tracing, rounds: u16) -> Result<Vec<(&'static str, f64)>> {
    let subjects = tracing.subjects().iter();
    let mut samples: Vec<_> = subjects.map(|subject| (*subject, Vec::new())).collect();
    let mut turns: Vec<_> = samples.iter_mut().collect();
    for _ in 0..rounds {
        for (subject, samples) in &mut turns {
            samples.push(sample(load, subject, tracing)?);
        }
        turns.rotate_left(1);
    }
    let medians = samples
        .into_iter()
        .map(|(subject, samples)| (subject, median(samples)));
    Ok(medians.collect())
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
