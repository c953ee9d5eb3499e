//! The effect of a faulty collector on a service: request time and memory.
//!
//! Each figure comes from a child process, so that no process inherits a queue.

mod collector;
mod service;

use clap::ValueEnum;

use crate::Result;
use crate::harness::child;
use crate::harness::report::{self, Row};
use crate::harness::rounds::median;
use crate::subjects::GLYPH;

use collector::{BAD, Behavior};
pub(crate) use service::serve;

const ROUNDS: u16 = 3;

/// The subject that glyph is compared with: glyph and a healthy collector.
const HEALTHY: &str = "the same, the collector answers";

/// The figure that a child process measures.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Figure {
    /// Median request time in nanoseconds.
    Median,
    /// 99th percentile of the request time in nanoseconds.
    P99,
    /// Growth of the process in bytes after the first second.
    Growth,
}

impl Figure {
    const fn unit(self) -> &'static str {
        match self {
            Self::Median => "ns, median",
            Self::P99 => "ns, p99",
            Self::Growth => "bytes of growth",
        }
    }
}

pub(crate) fn run(seconds: u16, rounds: Option<u16>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for figure in Figure::value_variants() {
        for behavior in BAD {
            let mut bad = Vec::new();
            let mut good = Vec::new();
            for _ in 0..rounds.unwrap_or(ROUNDS) {
                bad.push(in_child(behavior, seconds, *figure)?);
                good.push(in_child(Behavior::Answers, seconds, *figure)?);
            }
            let medians = vec![(GLYPH, median(bad)), (HEALTHY, median(good))];
            rows.extend(report::rows(behavior.bench(), figure.unit(), 1, medians));
        }
    }
    Ok(rows)
}

fn in_child(behavior: Behavior, seconds: u16, figure: Figure) -> Result<f64> {
    let endpoint = format!("http://{}", collector::start(behavior)?);
    child::figure(&[
        "serve",
        &endpoint,
        &seconds.to_string(),
        &child::name(&figure)?,
    ])
}
