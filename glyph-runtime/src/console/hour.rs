//! An hour of traffic at 5,000 requests a second, in moved time: the console stays in its limit, by its
//! own count and by the memory that the process has from the system.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod traffic;

use std::{
    env, fs,
    process::Command,
    time::{Duration, Instant, SystemTime},
};

use glyph_core::catalog::Registry;

use self::traffic::{Shop, Traffic};
use super::{
    DEFAULT_MEMORY, Shares,
    alerts::{Alerts, Now},
    history::History,
};
use crate::{
    log::RecentLines,
    trace::{Pipeline, RingLimits, TraceSettings},
};

const HOUR: Duration = Duration::from_secs(3600);

/// Requests a second.
const RATE: u64 = 5000;

/// The variable of the process in which memory is measured.
const ALONE: &str = "GLYPH_HOUR_ALONE";

/// The parts of a console that share its limit of bytes.
struct Stores {
    history: History,
    alerts: Alerts,
    lines: RecentLines,
}

impl Stores {
    fn new(registry: &Registry) -> Self {
        let shares = Shares::of(DEFAULT_MEMORY);
        let lines = RecentLines::without_log();
        lines.keep(shares.lines);
        Self {
            history: History::new(registry, shares.history),
            alerts: Alerts::new(registry, shares.alerts),
            lines,
        }
    }

    fn counted(&self) -> usize {
        self.history.bytes() + self.alerts.bytes() + self.lines.now().bytes
    }
}

/// The most that was seen.
#[derive(Debug, Default)]
struct Most {
    history: usize,
    counted: usize,
    allocated: usize,
}

/// Returns the bytes of memory that the process has from the system, without its program.
fn allocated() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.unwrap().trim().trim_end_matches(" kB");
    kilobytes.parse::<usize>().unwrap() << 10
}

fn pass_an_hour(
    stores: &mut Stores,
    registry: &Registry,
    traces: &Pipeline,
    traffic: &mut Traffic,
) -> Most {
    let before = allocated();
    let (begun, started) = (Instant::now(), SystemTime::now());
    let (mut passed, mut most) = (Duration::ZERO, Most::default());
    while passed < HOUR {
        let step = stores.history.step();
        let requests = RATE * step.as_secs();
        traffic.record(requests);
        traffic.log(requests, &stores.lines);
        traffic.trace(requests, traces);
        passed += step;
        let now = Now {
            at: begun + passed,
            time: started + passed,
        };
        stores.history.record(now.at, registry, Vec::new());
        stores.alerts.evaluate(now);
        most.history = most.history.max(stores.history.bytes());
        most.counted = most.counted.max(stores.counted());
        most.allocated = most.allocated.max(allocated().saturating_sub(before));
    }
    most
}

fn run() {
    let registry = Registry::new([Shop::global() as _]).unwrap();
    let traces = Pipeline::start(&TraceSettings::new("hour-shop")).unwrap();
    let mut traffic = Traffic::new();
    // The metrics themselves are those of the program.
    traffic.record(20 * RATE);
    let mut stores = Stores::new(&registry);
    let most = pass_an_hour(&mut stores, &registry, &traces, &mut traffic);
    let (lines, spans) = (stores.lines.now(), traces.snapshot().ring_spans);
    println!(
        "{most:?}, {spans} spans, a snapshot every {:?}",
        stores.history.step()
    );
    assert!(most.history <= stores.history.budget(), "{most:?}");
    assert!(most.counted <= DEFAULT_MEMORY, "{most:?}");
    // The ring has limits of its own.
    let limit = DEFAULT_MEMORY + RingLimits::default().bytes;
    assert!(most.allocated <= limit, "{most:?}");
    assert!(most.counted < most.allocated, "{most:?}");
    // All that has a limit came near to it.
    assert!(most.history > stores.history.budget() / 10 * 9, "{most:?}");
    assert_eq!(stores.history.left_out(), 0);
    assert!(spans > 3000, "{spans} spans");
    assert!(lines.bytes > DEFAULT_MEMORY / 10, "{} bytes", lines.bytes);
}

#[test]
fn an_hour_at_5000_requests_a_second_stays_in_the_limit() {
    if env::var_os(ALONE).is_some() {
        return run();
    }
    // Other tests of this process allocate too.
    let name = "console::hour::an_hour_at_5000_requests_a_second_stays_in_the_limit";
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", name, "--nocapture"])
        .env(ALONE, "1");
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{errors}"
    );
}
