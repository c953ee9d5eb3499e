//! Probes are answered in time whatever other clients do, and the service does no work for them.

use std::{
    fs,
    time::{Duration, Instant},
};

use glyph_tests::wait::until;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{
    LIMIT, Service,
    clients::{Clients, Kind},
};

/// The series of a page that no buffer holds.
const LARGE: &str = "count 8000";

/// What a service may use while hostile clients are at it.
#[derive(Clone, Copy, Debug)]
struct Attack {
    descriptors: usize,
    clients: usize,
    lasts: Duration,
}

/// What a service has used.
#[derive(Debug)]
struct Used {
    processor: Duration,
    memory: u64,
    descriptors: usize,
}

impl Used {
    fn by(service: &Service) -> Self {
        let of = |file: &str| format!("/proc/{}/{file}", service.process.id());
        let stat = fs::read_to_string(of("stat")).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks = fields.split(' ').skip(11).take(2);
        let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        let status = fs::read_to_string(of("status")).unwrap();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = memory.unwrap().trim().trim_end_matches(" kB");
        Self {
            processor: Duration::from_millis(ticks * 10),
            memory: memory.parse::<u64>().unwrap() * 1024,
            descriptors: fs::read_dir(of("fd")).unwrap().count(),
        }
    }
}

/// Lets this process open as many descriptors as the system permits.
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, raised).unwrap();
}

/// Probes for some time, and returns the longest time that an answer took.
fn probes(service: &Service, lasts: Duration) -> Duration {
    let begun = Instant::now();
    let mut longest = Duration::ZERO;
    while begun.elapsed() < lasts {
        for path in ["/healthz", "/readyz"] {
            longest = longest.max(service.probe(path));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    longest
}

impl Attack {
    #[track_caller]
    fn by(self, kinds: &[Kind]) {
        raise_descriptors();
        let descriptors = self.descriptors;
        let mut service = Service::with_descriptors(descriptors, &["--listener=127.0.0.1:0"]);
        service.ask(LARGE);
        service.probe("/metrics");
        let before = Used::by(&service);
        let clients = Clients::start(service.address, kinds, self.clients);
        let enough = u64::try_from(self.clients / 2).unwrap();
        until("half of the clients are connected", || {
            clients.connected() >= enough
        });
        let begun = Instant::now();
        let longest = probes(&service, self.lasts);
        let (after, lasted) = (Used::by(&service), begun.elapsed());
        let are_reading = kinds == [Kind::NotReading] || kinds == [Kind::SlowReading];
        if are_reading && descriptors == WITH_MANY.descriptors {
            until("a scrape has its turn as well", || service.is_scraped());
        }
        let connected = clients.connected();
        let processor = after.processor.saturating_sub(before.processor);
        let share = processor.as_secs_f64() / lasted.as_secs_f64();
        let memory = after.memory.saturating_sub(before.memory) / (1024 * 1024);
        println!(
            "{kinds:?}: longest {longest:?}, {share:.2} processors, {memory} MiB, {} descriptors, {connected} connections in {lasted:?}",
            after.descriptors
        );
        assert!(longest < LIMIT, "{kinds:?}: {longest:?}");
        // One thread renders expositions, and another one does the rest.
        assert!(share < 1.5, "{kinds:?}: {share} processors");
        assert!(memory < 128, "{kinds:?}: {memory} MiB");
        assert!(after.descriptors <= descriptors, "{kinds:?}: {after:?}");
        drop(clients);
        until("scrapes go on afterwards", || service.is_scraped());
    }
}

const WITH_MANY: Attack = Attack {
    descriptors: 8192,
    clients: 1000,
    lasts: Duration::from_millis(300),
};

const WITH_FEW: Attack = Attack {
    descriptors: 256,
    ..WITH_MANY
};

#[test]
fn thousand_clients_of_each_kind_delay_no_probe() {
    for kind in Kind::ALL {
        WITH_MANY.by(&[kind]);
    }
}

#[test]
fn thousand_clients_delay_no_probe_with_256_descriptors() {
    for kind in [Kind::Idle, Kind::HalfSent, Kind::SlowReading] {
        WITH_FEW.by(&[kind]);
    }
}

#[test]
fn thousand_clients_of_all_kinds_delay_no_probe() {
    WITH_MANY.by(&Kind::ALL);
    WITH_FEW.by(&Kind::ALL);
}

#[test]
#[ignore = "takes five minutes; `.ci/full` runs it"]
fn clients_of_each_kind_delay_no_probe_for_long() {
    let lasts = Duration::from_secs(15);
    for kind in Kind::ALL {
        for attack in [WITH_MANY, WITH_FEW] {
            Attack { lasts, ..attack }.by(&[kind]);
        }
    }
}

#[test]
#[ignore = "takes a minute; `.ci/full` runs it"]
fn four_thousand_clients_delay_no_probe() {
    for attack in [WITH_MANY, WITH_FEW] {
        let attack = Attack {
            clients: 4 * attack.clients,
            lasts: Duration::from_secs(20),
            ..attack
        };
        attack.by(&Kind::ALL);
    }
}
