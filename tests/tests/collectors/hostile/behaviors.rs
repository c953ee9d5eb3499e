//! Behaviors of hostile collectors.

use std::time::Duration;

use glyph_tests::receiver::{Answer, Peer, any::Receiver, nobody};

use crate::{certificates::Secured, signals::Signal};

/// A collector, or something else at its address.
pub(super) enum Collector {
    Nobody(String),
    Peer(Peer),
    Receiver(Receiver),
    /// A receiver that is addressed with the other scheme.
    WrongScheme(Receiver),
}

impl Collector {
    pub(super) fn endpoint(&self) -> String {
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
    pub(super) fn assert_patience(&self, elapsed: Duration) {
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

fn answers(answer: Answer) -> Collector {
    Collector::Receiver(Receiver::always(answer))
}

fn peer(peer: Peer) -> Collector {
    Collector::Peer(peer)
}

/// What happens to the items, and what the last error says, over gRPC and over HTTP.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    Arrive,
    SomeArrive,
    AllLost(&'static str, &'static str),
}

use Effect::{AllLost, Arrive, SomeArrive};

#[derive(Clone, Copy)]
pub(super) struct Behavior {
    pub(super) name: &'static str,
    pub(super) start: fn() -> Collector,
    pub(super) effect: Effect,
}

const fn behavior(name: &'static str, start: fn() -> Collector, effect: Effect) -> Behavior {
    Behavior {
        name,
        start,
        effect,
    }
}

pub(super) const BEHAVIORS: [Behavior; 31] = [
    behavior(
        "absent",
        || Collector::Nobody(nobody()),
        AllLost("refused", "refused"),
    ),
    behavior("closes at once", || peer(Peer::closes()), AllLost("", "")),
    behavior(
        "closes its direction",
        || peer(Peer::half_closes()),
        AllLost("", ""),
    ),
    behavior(
        "says nothing",
        || peer(Peer::says_nothing()),
        AllLost("no response within", "no response within"),
    ),
    behavior(
        "does nothing",
        || peer(Peer::does_nothing()),
        AllLost("no response within", "no response within"),
    ),
    behavior(
        "garbage",
        || peer(Peer::writes(b"\0\xff\x07\x80\0\0\x01\xff\xff\xff")),
        AllLost("", ""),
    ),
    behavior(
        "another protocol",
        || peer(Peer::responds(b"SSH-2.0-x\r\n")),
        AllLost("not gRPC", "not HTTP"),
    ),
    behavior(
        "HTTP/1 alone",
        || {
            peer(Peer::responds(
                b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            ))
        },
        AllLost("not gRPC", "400"),
    ),
    behavior(
        "gRPC alone",
        || {
            peer(Peer::responds(
                b"\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0",
            ))
        },
        AllLost("", "not HTTP"),
    ),
    behavior(
        "cut off",
        || {
            peer(Peer::writes(
                b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n<html>",
            ))
        },
        AllLost("", ""),
    ),
    behavior("flood", || peer(Peer::floods()), AllLost("", "")),
    behavior(
        "100 without end",
        || peer(Peer::continues()),
        AllLost("", ""),
    ),
    behavior(
        "head without end",
        || peer(Peer::has_an_endless_head()),
        AllLost("", ""),
    ),
    behavior(
        "slow head",
        || peer(Peer::trickles_its_head()),
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
        || answers(Answer::Hang),
        AllLost("no response within", "no response within"),
    ),
    behavior(
        "slow",
        || answers(Answer::Slow(Duration::from_millis(100))),
        Arrive,
    ),
    behavior(
        "rejects a part",
        || answers(Answer::AcceptBut(1)),
        SomeArrive,
    ),
    behavior(
        "unreadable",
        || answers(Answer::Garbage),
        AllLost("not OTLP", "not OTLP"),
    ),
    behavior(
        "long",
        || answers(Answer::Long),
        AllLost("too large", "longer than"),
    ),
    behavior(
        "body without end",
        || answers(Answer::Endless),
        AllLost("", ""),
    ),
    behavior(
        "slow body",
        || answers(Answer::Trickle),
        AllLost("", "no response within"),
    ),
    behavior(
        "gzip bomb",
        || answers(Answer::Bomb),
        AllLost("size limit", "not OTLP"),
    ),
    behavior(
        "long head",
        || answers(Answer::LongHead),
        AllLost("head or the trailers", "head or the trailers"),
    ),
    behavior(
        "many headers",
        || answers(Answer::ManyHeaders),
        AllLost("head or the trailers", "head or the trailers"),
    ),
    behavior("dies", || answers(Answer::Die), AllLost("", "")),
    behavior(
        "redirect",
        || answers(Answer::Redirect),
        AllLost("user.example/v1/elsewhere", "user.example/v1/elsewhere"),
    ),
    behavior(
        "not found",
        || answers(Answer::Status(404)),
        AllLost("404", "404"),
    ),
    behavior(
        "unauthorized",
        || answers(Answer::Status(401)),
        AllLost("401", "401"),
    ),
];
