//! The replicas of the program, and what they expose in each phase.

use std::{net::SocketAddr, process::Command};

use glyph_tests::{Page, Sample, children::Process, environment};

use super::timeline::{STEP, Scrape, Steps};
use crate::{
    api::Labels,
    http::{self, TEXT},
};

/// The prefixes of the recorded series.
const RECORDED: [&str; 3] = ["forms_", "tenants_", "process_start_time_seconds"];

/// The number of scrapes in each phase.
pub(super) const HEALTHY: usize = 5;
pub(super) const FAILING: usize = 5;
const RECOVERED: usize = 3;

/// What happens to a replica when the phase of failures begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Works,
    Restarts,
    Ends,
}

/// The name, the job, the environment and the fate of each replica.
const REPLICAS: [(&str, &str, &str, Fate); 6] = [
    ("one", "api", "production", Fate::Works),
    ("two", "api", "production", Fate::Works),
    ("restarting", "api", "staging", Fate::Restarts),
    ("leaving", "api", "staging", Fate::Ends),
    ("gone", "worker", "production", Fate::Ends),
    ("vanished", "worker", "production", Fate::Ends),
];

/// The scrapes of a target in all phases.
pub(super) struct Recorded {
    pub(super) labels: Labels,
    pub(super) steps: Steps,
}

struct Replica {
    process: Process,
    address: SocketAddr,
}

impl Replica {
    fn start(name: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_recorded-child"));
        let mut process = Process::start(environment::clean(&mut command).arg(name));
        let address = process.line("the replica's address").parse().unwrap();
        Self { process, address }
    }

    /// Lets the replica work, and returns what it exposes then.
    fn scrape(&mut self, phase: &str, step: usize) -> Scrape {
        let seconds = STEP.as_secs() * u64::try_from(step).unwrap();
        self.process.say(&format!("{phase} {seconds}"));
        self.process.line("the work of a step");
        let page = http::page(&format!("http://{}/metrics", self.address), TEXT);
        let page = Page::parse(&page).unwrap();
        let samples = page.samples().iter();
        let is_recorded = |sample: &&Sample| {
            let mut prefixes = RECORDED.iter();
            prefixes.any(|prefix| sample.name.starts_with(prefix))
        };
        let samples = samples.filter(is_recorded).cloned();
        let series = samples.map(|sample| ((sample.name, sample.labels), sample.value));
        series.collect()
    }
}

/// Runs all replicas through the phases: all goes well, then wrong, then well again.
pub(super) fn record() -> Vec<Recorded> {
    let recorded = REPLICAS.map(|(name, job, env, fate)| {
        let labels = [("job", job), ("env", env), ("instance", name)];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Recorded {
            labels: labels.into(),
            steps: steps(name, fate),
        }
    });
    recorded.into()
}

fn steps(name: &str, fate: Fate) -> Steps {
    let mut replica = Some(Replica::start(name));
    let phases = [
        ("healthy", HEALTHY),
        ("failing", FAILING),
        ("recovered", RECOVERED),
    ];
    let mut steps = Steps::new();
    for (phase, count) in phases {
        if phase == "failing" && fate != Fate::Works {
            replica = (fate == Fate::Restarts).then(|| Replica::start(name));
        }
        for _ in 0..count {
            let step = steps.len();
            let scrape = replica.as_mut().map(|replica| replica.scrape(phase, step));
            steps.push(scrape);
        }
    }
    steps
}
