//! A sampled span from its begin to OTLP bytes at a collector: the cost of one in the whole process,
//! with all of its threads.
//!
//! Each sample comes from its own process. The collector runs in this one, so its cost does not count.

mod sink;

use std::time::Duration;

use clap::ValueEnum;
use nix::time::ClockId;

use crate::Result;
use crate::harness::child;
use crate::harness::report::{self, Row};
use crate::harness::rounds::median;
use crate::subjects::export::{self, Attributes, BURST, PEER, SUBJECTS};

use sink::{Received, Sink};

const ROUNDS: u16 = 5;
/// The bursts of a sample, after one that connects and fills the memory of pools.
const BURSTS: u32 = 32;
/// The bursts of two runs under valgrind, which differ by spans only.
const FEW: u32 = 1;
const MORE: u32 = 5;

/// The highest cost of glyph's spans, as a part of that of the peer's.
const AT_MOST: f64 = 0.3;

const fn bench(attributes: Attributes, instructions: bool) -> &'static str {
    match (attributes, instructions) {
        (Attributes::Two, false) => "export-2-attributes",
        (Attributes::Twelve, false) => "export-12-attributes",
        (Attributes::Two, true) => "export-2-attributes-instructions",
        (Attributes::Twelve, true) => "export-12-attributes-instructions",
    }
}

pub(crate) fn run(instructions: bool, rounds: Option<u16>) -> Result<Vec<Row>> {
    // Instructions are the same in each round, apart from the order of threads.
    let default = if instructions { 1 } else { ROUNDS };
    let unit = if instructions {
        "instructions/span"
    } else {
        "ns CPU/span"
    };
    let mut rows = Vec::new();
    for attributes in Attributes::value_variants() {
        let mut samples = SUBJECTS.map(|subject| (subject, Vec::new()));
        let mut turns: Vec<_> = samples.iter_mut().collect();
        for _ in 0..rounds.unwrap_or(default) {
            for (subject, samples) in &mut turns {
                samples.push(if instructions {
                    instructions_of(subject, *attributes)?
                } else {
                    time_of(subject, *attributes)?
                });
            }
            turns.rotate_left(1);
        }
        let medians = samples.map(|(subject, samples)| (subject, median(samples)));
        let bench = bench(*attributes, instructions);
        let mut table = report::rows(bench, unit, 1, medians.into());
        report::aim(&mut table, PEER, AT_MOST);
        rows.append(&mut table);
    }
    Ok(rows)
}

/// Returns the processor time of a span in nanoseconds, and checks that none was lost.
fn time_of(subject: &str, attributes: Attributes) -> Result<f64> {
    with_sink(subject, attributes, BURSTS, |arguments| {
        child::figure(arguments)
    })
}

/// Returns the instructions of a span, and checks that none was lost.
fn instructions_of(subject: &str, attributes: Attributes) -> Result<f64> {
    let few = with_sink(subject, attributes, FEW, child::instructions)?;
    let more = with_sink(subject, attributes, MORE, child::instructions)?;
    Ok((more - few) / f64::from((MORE - FEW) * BURST))
}

/// Runs a child process that sends its spans here.
fn with_sink(
    subject: &str,
    attributes: Attributes,
    bursts: u32,
    measure: impl FnOnce(&[&str]) -> Result<f64>,
) -> Result<f64> {
    let sink = Sink::start()?;
    let endpoint = format!("http://{}", sink.address());
    let figure = measure(&[
        "send-spans",
        subject,
        &child::name(&attributes)?,
        &bursts.to_string(),
        &endpoint,
    ])?;
    let received = sink.received();
    let expected = expected(attributes, bursts);
    if received != expected {
        return Err(format!("{subject}: {received:?} instead of {expected:?}").into());
    }
    Ok(figure)
}

/// Returns what a sink receives. The first burst is not measured, and each has a root.
fn expected(attributes: Attributes, bursts: u32) -> Received {
    let bursts = u64::from(bursts) + 1;
    let calls = u64::from(BURST) - 1;
    Received {
        spans: bursts * u64::from(BURST),
        attributes: bursts * calls * attributes.count(),
    }
}

/// Sends spans from this process, and returns the processor time of one in nanoseconds.
pub(crate) fn send(
    subject: &str,
    attributes: Attributes,
    bursts: u32,
    endpoint: &str,
) -> Result<f64> {
    let exporting = export::build(subject, endpoint)?;
    exporting.burst(attributes)?;
    let before = cpu_time()?;
    for _ in 0..bursts {
        exporting.burst(attributes)?;
    }
    let spent = cpu_time()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1e9 / f64::from(bursts * BURST))
}

/// The processor time of all threads of this process, with those that have ended.
fn cpu_time() -> Result<Duration> {
    Ok(ClockId::CLOCK_PROCESS_CPUTIME_ID.now()?.into())
}
