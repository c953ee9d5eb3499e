//! An ordinary run, and each failure: the right counters move by what was sent and what the peer
//! counted, and no other one does.

use std::{thread, time::Duration};

use glyph_examples::Run;
use glyph_tests::wait;

use crate::{model::Peer, service::Service};

/// Requests of a run.
const SENT: u64 = 3;

/// The samples that count errors: the service, the name, and the label of samples that count successes.
const ERRORS: [(&str, &str, &str); 11] = [
    ("proxy", "ibex_proxy_rate_limited_total", ""),
    ("proxy", "ibex_proxy_rate_limit_fail_open_total", ""),
    ("proxy", "ibex_proxy_upstream_errors_total", ""),
    ("proxy", "ibex_proxy_upstream_retries_total", ""),
    ("proxy", "ibex_proxy_requests_total", "status_code=\"200\""),
    ("proxy", "ibex_auth_grpc_calls_total", "code=\"OK\""),
    ("auth", "ibex_auth_grpc_requests_total", "code=\"OK\""),
    (
        "auth",
        "ibex_auth_validate_token_duration_seconds_count",
        "status=\"ok\"",
    ),
    (
        "auth",
        "ibex_db_query_duration_seconds_count",
        "status=\"ok\"",
    ),
    ("proxy", "glyph_observations_refused_total", ""),
    ("auth", "glyph_observations_refused_total", ""),
];

/// The services after some requests.
struct Pages {
    auth: Run,
    proxy: Run,
}

impl Pages {
    fn of(auth: &Service, proxy: &Service) -> Self {
        Self {
            auth: auth.page(),
            proxy: proxy.page(),
        }
    }

    fn sum(&self, service: &str, name: &str, labels: &[&str]) -> u64 {
        let page = if service == "auth" {
            &self.auth
        } else {
            &self.proxy
        };
        // A sum of nothing is -0.
        let sum = page.sum(name, labels) + 0.0;
        format!("{sum}").parse().unwrap()
    }

    /// Returns the families of errors that are not 0.
    fn errors(&self) -> Vec<(&'static str, u64)> {
        let errors = ERRORS.iter().map(|(service, name, good)| {
            let good = match *good {
                "" => 0,
                good => self.sum(service, name, &[good]),
            };
            (*name, self.sum(service, name, &[]) - good)
        });
        errors.filter(|(_, errors)| *errors > 0).collect()
    }
}

/// A failure: its name, the status of the responses, the counters that move by the number of
/// requests, and the number of the peer that is the same.
struct Failure {
    name: &'static str,
    status: u16,
    moves: &'static [&'static str],
    peer: Option<fn(&Peer) -> u64>,
}

const UPSTREAM: &str = "ibex_proxy_upstream_errors_total";
const REQUESTS: &str = "ibex_proxy_requests_total";
const CALLS: &str = "ibex_auth_grpc_calls_total";

const FAILURES: [Failure; 8] = [
    Failure {
        name: "database",
        status: 503,
        moves: &[
            REQUESTS,
            CALLS,
            "ibex_auth_grpc_requests_total",
            "ibex_auth_validate_token_duration_seconds_count",
            "ibex_db_query_duration_seconds_count",
        ],
        peer: None,
    },
    Failure {
        name: "auth",
        status: 503,
        moves: &[REQUESTS, CALLS],
        peer: None,
    },
    Failure {
        name: "redis",
        status: 200,
        moves: &["ibex_proxy_rate_limit_fail_open_total"],
        peer: Some(|peer| peer.counts().completed),
    },
    Failure {
        name: "retry",
        status: 200,
        moves: &[UPSTREAM, "ibex_proxy_upstream_retries_total"],
        peer: Some(|peer| peer.counts().failed),
    },
    Failure {
        name: "model-busy",
        status: 429,
        moves: &[UPSTREAM, REQUESTS],
        peer: Some(|peer| peer.counts().rejected),
    },
    Failure {
        name: "model-failing",
        status: 500,
        moves: &[UPSTREAM, REQUESTS],
        peer: Some(|peer| peer.counts().failed),
    },
    Failure {
        name: "model-cut",
        status: 200,
        moves: &[UPSTREAM],
        peer: Some(|peer| peer.counts().cut),
    },
    Failure {
        name: "model-slow",
        status: 504,
        moves: &[UPSTREAM, REQUESTS],
        peer: Some(|peer| peer.counts().abandoned),
    },
];

#[test]
fn ordinary_run_has_no_errors() {
    let peer = Peer::start(Duration::ZERO);
    let auth = Service::auth(&[]);
    let proxy = auth.proxy(&["--upstream-url", &peer.url]);
    for _ in 0..SENT {
        let response = proxy.complete("token-acme");
        assert_eq!(response.status, 200, "{response:?}");
        assert!(response.is_whole() && response.text.contains("[DONE]"));
    }
    let pages = Pages::of(&auth, &proxy);
    assert_eq!(pages.errors(), []);
    assert_eq!(peer.counts().completed, SENT);
    for (service, name) in [
        ("proxy", "ibex_proxy_requests_total"),
        ("proxy", "ibex_proxy_request_duration_seconds_count"),
        ("proxy", "ibex_proxy_upstream_duration_seconds_count"),
        ("proxy", "ibex_auth_grpc_calls_total"),
        ("auth", "ibex_auth_grpc_requests_total"),
        ("auth", "ibex_auth_validate_token_duration_seconds_count"),
        ("auth", "ibex_db_query_duration_seconds_count"),
    ] {
        assert_eq!(pages.sum(service, name, &[]), SENT, "{name}");
    }
    for service in ["auth", "proxy"] {
        assert_eq!(pages.sum(service, "ibex_process_up", &[]), 1, "{service}");
    }
    let lines = [auth.stop(), proxy.stop()].concat();
    let warnings = lines.iter().filter(|line| line["level"] != "INFO");
    assert_eq!(warnings.count(), 0, "{lines:#?}");
}

#[test]
fn each_failure_moves_its_counters_alone() {
    thread::scope(|scope| {
        // Two at a time: each has two processes.
        for pair in FAILURES.chunks(2) {
            let running: Vec<_> = pair
                .iter()
                .map(|failure| scope.spawn(|| fails(failure)))
                .collect();
            for failure in running {
                failure.join().unwrap();
            }
        }
    });
}

fn fails(failure: &Failure) {
    let Failure {
        name,
        status,
        moves,
        peer: counted,
    } = failure;
    let peer = Peer::start(Duration::ZERO);
    let fault = ["--fault", *name];
    let (of_auth, of_proxy): (&[&str], &[&str]) = match *name {
        "database" => (&fault, &[]),
        _ => (&[], &fault),
    };
    let auth = Service::auth(of_auth);
    let own = ["--upstream-url", &peer.url, "--upstream-timeout", "1000"];
    // A slow machine is no failure of the model.
    let own = if *name == "model-slow" {
        &own
    } else {
        &own[..2]
    };
    let proxy = auth.proxy(&[own, of_proxy].concat());
    for _ in 0..SENT {
        let response = proxy.complete("token-acme");
        assert_eq!(response.status, *status, "{name}: {response:?}");
        assert_eq!(response.is_whole(), *name != "model-cut", "{response:?}");
    }
    if let Some(counted) = counted {
        let what = format!("the peer of {name} has counted {SENT}: {:?}", peer.counts());
        wait::until(&what, || counted(&peer) == SENT);
    }
    let is_expected = |pages: &Pages| {
        let errors = pages.errors();
        let mut names: Vec<_> = errors.iter().map(|(name, _)| *name).collect();
        let mut expected = moves.to_vec();
        names.sort_unstable();
        expected.sort_unstable();
        names == expected && errors.iter().all(|(_, errors)| *errors == SENT)
    };
    let pages = Pages::of(&auth, &proxy);
    assert!(is_expected(&pages), "{name}: {:?}", pages.errors());
    assert_lines(name, &[auth.stop(), proxy.stop()].concat());
}

/// Each failure is told by a line of the document's level.
fn assert_lines(name: &str, lines: &[serde_json::Value]) {
    let (level, message) = match name {
        "database" => ("ERROR", "DB failure"),
        "auth" => ("ERROR", "auth service unreachable"),
        "redis" => ("WARN", "Redis fail-open"),
        "retry" => ("WARN", "retry succeeded"),
        "model-slow" => ("ERROR", "model unreachable"),
        "model-busy" => ("INFO", "request completed"),
        _ => ("ERROR", "request completed"),
    };
    let mut lines_of = lines.iter().filter(|line| line["message"] == message);
    let found = lines_of.find(|line| line["level"] == level);
    let found = found.unwrap_or_else(|| unreachable!("{name}: no {level} {message} in {lines:#?}"));
    for id in ["request_id", "trace_id"] {
        assert!(found[id].is_string(), "{name}: {found}");
    }
}
