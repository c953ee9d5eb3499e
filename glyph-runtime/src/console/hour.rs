//! An hour of traffic at 5,000 requests a second, in moved time: the console stays in its limit, by its
//! own count and by that of the allocator.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    env, fs, iter,
    process::Command,
    time::{Duration, Instant, SystemTime},
};

use glyph_core::catalog::Registry;

use super::{
    DEFAULT_MEMORY, Shares,
    alerts::{Alerts, Now},
    history::History,
};
use crate::{CallStatus, Counter, Gauge, Histogram, LabelSet, log::RecentLines, metric_catalog};

const HOUR: Duration = Duration::from_secs(3600);

/// Requests a second.
const RATE: u64 = 5000;

const ROUTES: usize = 400;
const CUSTOMERS: usize = 6000;

/// The variable of the process in which memory is measured.
const ALONE: &str = "GLYPH_HOUR_ALONE";

#[derive(LabelSet)]
#[label(crate = crate)]
struct Served {
    status: CallStatus,
}

#[derive(LabelSet)]
#[label(crate = crate)]
struct Route<'a> {
    #[label(max = 500)]
    route: &'a str,
}

#[derive(LabelSet)]
#[label(crate = crate)]
struct Customer<'a> {
    #[label(max = 10_000)]
    customer: &'a str,
}

#[metric_catalog(namespace = "hour_shop", crate = crate, stages = stage, max_series = 100_000)]
struct Shop {
    /// Time of a request.
    #[metric(unit = seconds, buckets = [1ms, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 5s])]
    #[stage(request, requests = requests)]
    #[alert(SlowRequest, p99 > 1s, for = 5m, severity = warning)]
    #[objective(latency = 250ms, target = 99%)]
    duration: Histogram,
    /// Requests.
    requests: Counter<Served>,
    /// Time of a request by its route.
    #[metric(unit = seconds, buckets = [1ms, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 5s])]
    #[alert(SlowRoute, p95 > 1s, for = 5m, severity = warning, by(route))]
    #[objective(latency = 250ms, target = 95%, by(route))]
    route: Histogram<Route<'_>>,
    /// Requests that wait, by route.
    #[alert(ManyWait, > 1000, for = 5m, severity = warning)]
    waiting: Gauge<Route<'_>>,
    /// Requests by customer.
    visits: Counter<Customer<'_>>,
}

/// The traffic, of which each step has other numbers.
struct Traffic {
    routes: Vec<String>,
    customers: Vec<String>,
    state: u64,
}

impl Traffic {
    fn new() -> Self {
        let names = |kind: &str, count: usize| {
            let names = (0..count).map(|number| format!("/{kind}/{number}"));
            names.collect()
        };
        Self {
            routes: names("orders/{id}/items", ROUTES),
            customers: names("customer", CUSTOMERS),
            state: 1,
        }
    }

    /// Returns the next number below `end` (Knuth, "The Art of Computer Programming", 3.3.4).
    fn next(&mut self, end: u64) -> u64 {
        let state = self.state.wrapping_mul(6_364_136_223_846_793_005);
        self.state = state.wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % end
    }

    fn time(&mut self) -> Duration {
        let scale = 1 << self.next(12);
        Duration::from_micros(500 * scale + self.next(500))
    }

    /// Records so many requests.
    fn record(&mut self, requests: u64) {
        let shop = Shop::global();
        for _ in 0..requests {
            let time = self.time();
            shop.duration.observe(time);
        }
        for status in [CallStatus::Ok, CallStatus::Error] {
            let share = self.next(requests);
            shop.requests.add(Served { status }, share);
        }
        let customers = self.customers.len() as u64;
        for index in 0..self.customers.len() {
            let visits = self.next(2 * requests / customers + 2);
            let customer = self.customers.get(index).unwrap();
            shop.visits.add(Customer { customer }, visits);
        }
        for index in 0..self.routes.len() {
            let (time, waiting) = (self.time(), self.next(2000));
            let route = self.routes.get(index).unwrap();
            shop.route.observe(Route { route }, time);
            shop.waiting.set(Route { route }, waiting);
        }
    }
}

/// What a console keeps, apart from the ring of traces, which has limits of its own.
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

/// Returns the bytes of memory that the process has from the system, without its program.
fn allocated() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.unwrap().trim().trim_end_matches(" kB");
    kilobytes.parse::<usize>().unwrap() << 10
}

fn run() {
    let registry = Registry::new([Shop::global() as _]).unwrap();
    let mut traffic = Traffic::new();
    // The metrics themselves are those of the program.
    traffic.record(RATE);
    let line = format!(
        r#"{{"timestamp":"2026-12-01T00:00:00.000000Z","level":"INFO","message":"request","target":"shop","trace_id":"{0:032x}","span_id":"{0:016x}","route":"/orders/{{id}}/items/1","status":200}}"#,
        7
    );
    let before = allocated();
    let mut stores = Stores::new(&registry);
    let (begun, started) = (Instant::now(), SystemTime::now());
    let (mut passed, mut most_counted, mut most_allocated) = (Duration::ZERO, 0, 0);
    while passed < HOUR {
        let step = stores.history.step();
        let requests = RATE * step.as_secs();
        traffic.record(requests);
        let lines = iter::repeat_n(line.as_bytes(), usize::try_from(requests).unwrap());
        stores.lines.add(lines);
        passed += step;
        let now = Now {
            at: begun + passed,
            time: started + passed,
        };
        stores.history.record(now.at, &registry, Vec::new());
        stores.alerts.evaluate(now);
        most_counted = most_counted.max(stores.counted());
        most_allocated = most_allocated.max(allocated().saturating_sub(before));
    }
    let spent = begun.elapsed();
    println!("counted {most_counted}, allocated {most_allocated}, in {spent:?}");
    assert!(most_counted <= DEFAULT_MEMORY, "{most_counted} bytes");
    assert!(most_allocated <= DEFAULT_MEMORY, "{most_allocated} bytes");
    // The count is that of the allocator, apart from room that is reserved.
    assert!(
        most_counted / 2 < most_allocated,
        "{most_counted} bytes counted, {most_allocated} allocated"
    );
    assert_eq!(stores.history.left_out(), 0);
    assert!(stores.lines.now().lines(0, None).count() > 1000);
}

#[test]
fn an_hour_at_5000_requests_a_second_stays_in_the_limit() {
    if env::var_os(ALONE).is_some() {
        return run();
    }
    // Other tests of this process allocate too.
    let test = "console::hour::an_hour_at_5000_requests_a_second_stays_in_the_limit";
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .env(ALONE, "1");
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}\n{errors}"
    );
}
