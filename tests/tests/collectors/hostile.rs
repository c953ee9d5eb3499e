//! A hostile collector costs nothing but the items, which are counted once.

use std::{
    thread,
    time::{Duration, Instant},
};

use glyph_runtime::trace::{DropReason, Protocol};
use glyph_tests::{
    cases::in_parallel,
    receiver::{Answer, Delay, PROTOCOLS, Peer, any::Receiver, nobody},
};

use crate::{
    certificates::Secured,
    signals::{Exporter, Signal, impatient},
};

/// The time for which items are made.
const WORK: Duration = Duration::from_millis(3500);
const ATTEMPT_LIMIT: Duration = Duration::from_millis(1500);
const BATCH_LIMIT: Duration = Duration::from_secs(3);
const DEADLINE: Duration = Duration::from_secs(1);

/// A collector, or something else at its address.
enum Collector {
    Nobody(String),
    Peer(Peer),
    Receiver(Receiver),
    /// A receiver that is addressed with the other scheme.
    WrongScheme(Receiver),
}

impl Collector {
    fn endpoint(&self) -> String {
        match self {
            Self::Nobody(endpoint) => endpoint.clone(),
            Self::Peer(peer) => peer.endpoint(),
            Self::Receiver(receiver) => receiver.endpoint(),
            Self::WrongScheme(receiver) => {
                let endpoint = receiver.endpoint();
                match endpoint.strip_prefix("https") {
                    Some(rest) => format!("http{rest}"),
                    None => endpoint.replace("http", "https"),
                }
            }
        }
    }

    /// Checks that at most one request a second and signal arrived.
    fn assert_patience(&self, elapsed: Duration) {
        match self {
            Self::Nobody(_) => {}
            Self::Peer(peer) => {
                let most = Signal::ALL.len() as u64 * (elapsed.as_secs() + 1);
                let connections = peer.connections().len() as u64;
                assert!(connections <= most, "{connections} in {elapsed:?}");
            }
            Self::Receiver(receiver) | Self::WrongScheme(receiver) => {
                for signal in Signal::ALL {
                    let requests = signal.requests(receiver);
                    let most = elapsed.as_secs() + 1;
                    let count = requests.len() as u64;
                    assert!(count <= most, "{signal:?}: {count} in {elapsed:?}");
                }
            }
        }
    }
}

fn with_tls() -> Receiver {
    Secured::start("127.0.0.1", |_| {}, false).receiver
}

/// What happens to the items, and what the last error says, over gRPC and over HTTP.
#[derive(Clone, Copy, Debug)]
enum Effect {
    AllArrive,
    SomeArrive,
    AllLost(&'static str, &'static str),
}

use Effect::{AllArrive, AllLost, SomeArrive};

#[derive(Clone, Copy)]
struct Behavior {
    name: &'static str,
    start: fn() -> Collector,
    effect: Effect,
}

const fn behavior(name: &'static str, start: fn() -> Collector, effect: Effect) -> Behavior {
    Behavior {
        name,
        start,
        effect,
    }
}

const BEHAVIORS: [Behavior; 30] = [
    behavior(
        "absent",
        || Collector::Nobody(nobody()),
        AllLost("refused", "refused"),
    ),
    behavior(
        "closes at once",
        || Collector::Peer(Peer::closes()),
        AllLost("", ""),
    ),
    behavior(
        "closes its direction",
        || Collector::Peer(Peer::half_closes()),
        AllLost("", ""),
    ),
    behavior(
        "says nothing",
        || Collector::Peer(Peer::says_nothing()),
        AllLost("no response within", "no response within"),
    ),
    behavior(
        "does nothing",
        || Collector::Peer(Peer::does_nothing()),
        AllLost("no response within", "no response within"),
    ),
    behavior(
        "garbage",
        || Collector::Peer(Peer::writes(b"\0\xff\x07\x80\0\0\x01\xff\xff\xff")),
        AllLost("", ""),
    ),
    behavior(
        "another protocol",
        || Collector::Peer(Peer::responds(b"SSH-2.0-x\r\n")),
        AllLost("not gRPC", "not HTTP"),
    ),
    behavior(
        "HTTP/1 alone",
        || {
            Collector::Peer(Peer::responds(
                b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            ))
        },
        AllLost("not gRPC", "400"),
    ),
    behavior(
        "gRPC alone",
        || {
            Collector::Peer(Peer::responds(
                b"\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0",
            ))
        },
        AllLost("", "not HTTP"),
    ),
    behavior(
        "cut off",
        || {
            Collector::Peer(Peer::writes(
                b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n<html>",
            ))
        },
        AllLost("", ""),
    ),
    behavior("flood", || Collector::Peer(Peer::floods()), AllLost("", "")),
    behavior(
        "100 without end",
        || Collector::Peer(Peer::continues()),
        AllLost("", ""),
    ),
    behavior(
        "head without end",
        || Collector::Peer(Peer::has_an_endless_head()),
        AllLost("", ""),
    ),
    behavior(
        "slow head",
        || Collector::Peer(Peer::trickles_its_head()),
        AllLost("", "no response within"),
    ),
    behavior(
        "TLS to plaintext",
        || Collector::WrongScheme(Receiver::start([])),
        AllLost("", ""),
    ),
    behavior(
        "plaintext to TLS",
        || Collector::WrongScheme(with_tls()),
        AllLost("", ""),
    ),
    behavior(
        "unknown certificate",
        || Collector::Receiver(with_tls()),
        AllLost(
            "invalid peer certificate: UnknownIssuer",
            "invalid peer certificate: UnknownIssuer",
        ),
    ),
    behavior(
        "hangs",
        || Collector::Receiver(Receiver::always(Answer::Hang)),
        AllLost("no response within", "no response within"),
    ),
    behavior(
        "slow",
        || Collector::Receiver(Receiver::always(Answer::Slow(Duration::from_millis(100)))),
        AllArrive,
    ),
    behavior(
        "rejects a part",
        || Collector::Receiver(Receiver::always(Answer::AcceptBut(1))),
        SomeArrive,
    ),
    behavior(
        "unreadable",
        || Collector::Receiver(Receiver::always(Answer::Garbage)),
        AllLost("not OTLP", "not OTLP"),
    ),
    behavior(
        "long",
        || Collector::Receiver(Receiver::always(Answer::Long)),
        AllLost("too large", "longer than"),
    ),
    behavior(
        "body without end",
        || Collector::Receiver(Receiver::always(Answer::Endless)),
        AllLost("", ""),
    ),
    behavior(
        "slow body",
        || Collector::Receiver(Receiver::always(Answer::Trickle)),
        AllLost("", "no response within"),
    ),
    behavior(
        "gzip bomb",
        || Collector::Receiver(Receiver::always(Answer::Bomb)),
        AllLost("size limit", "not OTLP"),
    ),
    behavior(
        "long head",
        || Collector::Receiver(Receiver::always(Answer::LongHead)),
        AllLost("", ""),
    ),
    behavior(
        "dies",
        || Collector::Receiver(Receiver::always(Answer::Die)),
        AllLost("", ""),
    ),
    behavior(
        "redirect",
        || Collector::Receiver(Receiver::always(Answer::Redirect)),
        AllLost("user.example/v1/elsewhere", "user.example/v1/elsewhere"),
    ),
    behavior(
        "not found",
        || Collector::Receiver(Receiver::always(Answer::Status(404))),
        AllLost("404", "404"),
    ),
    behavior(
        "unauthorized",
        || Collector::Receiver(Receiver::always(Answer::Status(401))),
        AllLost("401", "401"),
    ),
];

/// Makes items for a while, and returns the exporters after their shutdown.
fn export(endpoint: &str, protocol: Protocol) -> Vec<Exporter> {
    let start = |signal| {
        let mut settings = impatient(endpoint, protocol);
        settings.timeout = ATTEMPT_LIMIT;
        Exporter::start(signal, settings, Duration::from_millis(20), BATCH_LIMIT)
    };
    let exporters: Vec<_> = Signal::ALL.into_iter().map(start).collect();
    let started = Instant::now();
    while started.elapsed() < WORK {
        exporters.iter().for_each(|exporter| exporter.produce(2));
        thread::sleep(Duration::from_millis(20));
    }
    thread::scope(|scope| {
        for exporter in &exporters {
            scope.spawn(|| {
                let started = Instant::now();
                let _lost = exporter.shutdown(DEADLINE);
                assert!(started.elapsed() < DEADLINE + WORK, "the deadline is kept");
            });
        }
    });
    exporters
}

fn check(name: &str, collector: &Collector, effect: Effect, protocol: Protocol) {
    let started = Instant::now();
    let exporters = export(&collector.endpoint(), protocol);
    let elapsed = started.elapsed();
    for exporter in &exporters {
        exporter.assert_counted_once();
        let counts = exporter.counts();
        assert_eq!(
            counts.dropped_for(DropReason::Panicked),
            0,
            "{name}: {counts:?}"
        );
        let attempts = elapsed.as_secs() + 1;
        assert!(
            counts.failures <= attempts,
            "{name} in {elapsed:?}: {counts:?}"
        );
        match effect {
            AllArrive => assert_eq!(
                (counts.dropped_in_all(), counts.failures),
                (0, 0),
                "{counts:?}"
            ),
            SomeArrive => assert!(
                counts.exported > 0 && counts.dropped_in_all() > 0,
                "{counts:?}"
            ),
            AllLost(over_grpc, over_http) => {
                assert_eq!(counts.exported, 0, "{name}: {counts:?}");
                let expected = match protocol {
                    Protocol::Grpc => over_grpc,
                    _ => over_http,
                };
                let error = counts.last_error.unwrap_or_default();
                assert!(error.contains(expected), "{name}, {protocol}: {error}");
                assert!(
                    !error.is_empty() && !error.contains("s3cret"),
                    "{name}: {error}"
                );
            }
        }
    }
    if matches!(effect, AllLost(..)) {
        collector.assert_patience(elapsed);
    }
}

#[test]
fn hostile_collector_gets_one_request_a_second_and_each_item_is_counted_once() {
    let names = BEHAVIORS.iter().map(|behavior| behavior.name);
    let cases = names.flat_map(|name| PROTOCOLS.map(|protocol| (name, protocol)));
    in_parallel(cases, |(name, protocol)| {
        let found = BEHAVIORS.iter().find(|behavior| behavior.name == name);
        let behavior = found.unwrap();
        check(name, &(behavior.start)(), behavior.effect, protocol);
    });
}

#[test]
fn throttling_collector_gets_one_request_a_second_and_each_item_is_counted_once() {
    let answers = Delay::all(2).map(Answer::Throttle);
    let unavailable = Delay::all(2).map(Answer::UnavailableFor);
    let others = [Answer::Unavailable, Answer::Refuse, Answer::Broken];
    let answers = answers.into_iter().chain(unavailable).chain(others);
    let cases = answers.flat_map(|answer| PROTOCOLS.map(|protocol| (answer, protocol)));
    in_parallel(cases, |(answer, protocol)| {
        let collector = Collector::Receiver(Receiver::always(answer));
        check(
            &format!("{answer:?}"),
            &collector,
            AllLost("", ""),
            protocol,
        );
    });
}
