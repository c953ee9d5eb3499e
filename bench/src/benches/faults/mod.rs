//! What a service notices of a collector that misbehaves: the time its requests take, and its memory.
//!
//! Each figure comes from a child process, so that none inherits another one's queue.

mod collector;
mod service;

use clap::ValueEnum;

use crate::Result;
use crate::harness::child;
use crate::harness::report::{self, Row};
use crate::harness::rounds::median;
use crate::subjects::GLYPH;

use collector::{BAD, Behaviour};
pub(crate) use service::serve;

const ROUNDS: u16 = 3;

/// What glyph is held against: itself, with a collector that takes everything.
const HEALTHY: &str = "the same, the collector answers";

/// What a child process measures of its requests.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Figure {
    /// The nanoseconds that half of the requests take at most.
    Median,
    /// The nanoseconds that all but one in a hundred take at most.
    P99,
    /// The bytes by which the process grows after its first second.
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
        for behaviour in BAD {
            let mut bad = Vec::new();
            let mut good = Vec::new();
            for _ in 0..rounds.unwrap_or(ROUNDS) {
                bad.push(in_child(behaviour, seconds, *figure)?);
                good.push(in_child(Behaviour::Answers, seconds, *figure)?);
            }
            let medians = vec![(GLYPH, median(bad)), (HEALTHY, median(good))];
            rows.extend(report::rows(behaviour.bench(), figure.unit(), 1, medians));
        }
    }
    Ok(rows)
}

fn in_child(behaviour: Behaviour, seconds: u16, figure: Figure) -> Result<f64> {
    let endpoint = format!("http://{}", collector::start(behaviour)?);
    child::figure(&[
        "serve",
        &endpoint,
        &seconds.to_string(),
        &child::name(&figure)?,
    ])
}
