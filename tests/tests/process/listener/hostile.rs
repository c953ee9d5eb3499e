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
    get,
};

/// The series of a page that no buffer holds.
const LARGE: &str = "count 8000";

/// What a service may use while hostile clients are at it.
#[derive(Clone, Copy, Debug)]
struct Attack {
    descriptors: usize,
    clients: usize,
    lasts: Duration,
    /// How often it is tried. A busy machine delays every process.
    tries: u32,
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

/// Probes for some time, and returns the longest time that an answer took, or a failed answer.
fn probes(service: &Service, lasts: Duration) -> Result<Duration, String> {
    let begun = Instant::now();
    let mut longest = Duration::ZERO;
    while begun.elapsed() < lasts {
        for path in ["/healthz", "/readyz"] {
            let asked = Instant::now();
            let response = get(service.address, path, 10 * LIMIT);
            let took = asked.elapsed();
            let is_ok = response
                .as_ref()
                .is_ok_and(|text| text.starts_with("HTTP/1.1 200"));
            if !is_ok || took >= LIMIT {
                return Err(format!("{path} after {took:?}: {response:?}"));
            }
            longest = longest.max(took);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(longest)
}

/// Probes for some time, and returns what was measured. Fails if an answer failed or was late, or if
/// the service was busy all the time: one thread renders expositions, and another one does the rest.
fn measure(service: &Service, lasts: Duration) -> Result<String, String> {
    let (before, begun) = (Used::by(service), Instant::now());
    let longest = probes(service, lasts)?;
    let processor = Used::by(service).processor.saturating_sub(before.processor);
    let share = processor.as_secs_f64() / begun.elapsed().as_secs_f64();
    let measured = format!("longest probe {longest:?}, {share:.2} processors");
    if share < 1.5 {
        Ok(measured)
    } else {
        Err(measured)
    }
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
        let mut failures = Vec::new();
        let measured = (0..self.tries).find_map(|_| {
            let tried = measure(&service, self.lasts);
            tried.map_err(|failure| failures.push(failure)).ok()
        });
        let after = Used::by(&service);
        if self.clients == A_FEW.clients {
            until("a scrape has its turn as well", || service.is_scraped());
        }
        let connected = clients.connected();
        let memory = after.memory.saturating_sub(before.memory) / (1024 * 1024);
        println!(
            "{kinds:?}: {measured:?}, {memory} MiB, {} descriptors, {connected} connections, before that {failures:?}",
            after.descriptors
        );
        assert!(measured.is_some(), "{kinds:?}: {failures:?}");
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
    tries: 3,
};

const WITH_FEW: Attack = Attack {
    descriptors: 256,
    ..WITH_MANY
};

/// More clients of the page than scrapes at a time.
const A_FEW: Attack = Attack {
    clients: 100,
    ..WITH_MANY
};

/// One test, because attacks at the same time would delay one another.
#[test]
fn thousand_clients_delay_no_probe() {
    for kind in Kind::ALL {
        WITH_MANY.by(&[kind]);
    }
    for kind in [Kind::Idle, Kind::HalfSent, Kind::SlowReading] {
        WITH_FEW.by(&[kind]);
    }
    for attack in [WITH_MANY, WITH_FEW] {
        attack.by(&Kind::ALL);
    }
    A_FEW.by(&[Kind::NotReading, Kind::SlowReading]);
}

#[test]
#[ignore = "takes six minutes; `.ci/full` runs it"]
fn clients_delay_no_probe_for_long() {
    for attack in [WITH_MANY, WITH_FEW] {
        let attack = Attack {
            lasts: Duration::from_secs(15),
            tries: 1,
            ..attack
        };
        for kind in Kind::ALL {
            attack.by(&[kind]);
        }
        let mixed = Attack {
            clients: 4000,
            ..attack
        };
        mixed.by(&Kind::ALL);
    }
}
