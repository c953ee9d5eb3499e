//! Each failure: the right counters move by what was sent and what the peer counted, and no other one
//! does.

use std::{thread, time::Duration};

use glyph_example_model::Counts;
use glyph_tests::wait;

use crate::{
    errors::{self, CLIENT, LLM, REQUESTS, STT, TOOLS, TTS},
    model::Peer,
    service::{SILENT, Service, said},
};

/// Requests of a run.
const SENT: u64 = 3;
/// Longer than a test.
const LATE: Duration = Duration::from_secs(3600);

/// A failure: its name, the status of the responses, the counters that move and by how much for each request,
/// and the number of the model server that is the same as that of the last counter.
struct Failure {
    name: &'static str,
    status: u16,
    moves: &'static [(&'static str, u64)],
    peer: Option<fn(Counts) -> u64>,
}

/// Both providers of a character fail.
const BOTH: &[(&str, u64)] = &[(LLM, 2), (REQUESTS, 2), (CLIENT, 2)];

const FAILURES: [Failure; 10] = [
    Failure {
        name: "stt",
        status: 502,
        moves: &[(STT, 1), (REQUESTS, 1)],
        peer: None,
    },
    Failure {
        name: "llm",
        status: 502,
        moves: BOTH,
        peer: Some(|counts| counts.failed),
    },
    Failure {
        name: "llm-busy",
        status: 502,
        moves: BOTH,
        peer: Some(|counts| counts.rejected),
    },
    Failure {
        name: "llm-cut",
        status: 502,
        moves: BOTH,
        peer: Some(|counts| counts.cut),
    },
    Failure {
        name: "llm-flaky",
        status: 200,
        moves: &[(LLM, 1), (REQUESTS, 1), (CLIENT, 1)],
        peer: Some(|counts| counts.failed),
    },
    Failure {
        name: "llm-timeout",
        status: 502,
        moves: BOTH,
        peer: Some(|counts| counts.abandoned),
    },
    Failure {
        name: "tts",
        status: 502,
        moves: &[(TTS, 1), (REQUESTS, 1)],
        peer: None,
    },
    Failure {
        name: "tool",
        status: 200,
        moves: &[(TOOLS, 1)],
        peer: None,
    },
    Failure {
        name: "providers",
        status: 502,
        moves: BOTH,
        peer: None,
    },
    Failure {
        name: "database",
        status: 200,
        moves: &[],
        peer: None,
    },
];

#[test]
fn each_failure_moves_its_counters_alone() {
    thread::scope(|scope| {
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
    let name = failure.name;
    let peer = Peer::start(LATE);
    let own = ["--fault", name, "--llm-url", &peer.url];
    // A slow machine is no failure of the model.
    let limit = if name == "llm-timeout" {
        "500"
    } else {
        "60000"
    };
    let all = Service::start(&[own.as_slice(), &SILENT, &["--llm-timeout", limit]].concat());
    let file = said(match name {
        "tool" => "I cast misty step.",
        _ => "Tell me about the gate.",
    });
    for _ in 0..SENT {
        let response = all.speak(&file);
        assert_eq!(
            response.status,
            failure.status,
            "{name}: {}",
            response.text()
        );
    }
    let expected = failure
        .moves
        .iter()
        .map(|(name, times)| (*name, times * SENT));
    let expected: Vec<_> = expected.collect();
    assert_eq!(errors::of(&all.page()), expected, "{name}");
    if let (Some(counted), Some((_, last))) = (failure.peer, expected.last()) {
        let what = format!(
            "the model server of {name} has counted {last}: {:?}",
            peer.counts()
        );
        wait::until(&what, || counted(peer.counts()) == *last);
    }
    assert_readiness(name, &all);
    let lines = all.stop();
    let (level, message) = match name {
        "tool" => ("WARN", "tool failed"),
        "database" => return,
        _ => ("WARN", "provider failed"),
    };
    let mut told = lines.iter().filter(|line| line["msg"] == message);
    assert!(
        told.any(|line| line["level"] == level && line["trace_id"].is_string()),
        "{name}: {lines:#?}"
    );
}

/// Holds what the probe says.
fn assert_readiness(name: &str, all: &Service) {
    let (status, says) = match name {
        "database" => (
            503,
            "\"database\":\"fail: the database is locked\",\"providers\":\"ok\"",
        ),
        "providers" | "llm" | "llm-busy" | "llm-cut" | "llm-timeout" => (
            503,
            "\"database\":\"ok\",\"providers\":\"fail: the last 6 calls of llm failed\"",
        ),
        _ => (200, "\"database\":\"ok\",\"providers\":\"ok\""),
    };
    let report = all.readiness(status);
    assert!(report.contains(says), "{name}: {report}");
}

/// The stage that is late, and the file that reaches it.
const LATE_STAGES: [(&str, &str); 4] = [
    ("stt", "Tell me about the gate."),
    ("llm", "Tell me about the gate."),
    ("tts", "Tell me about the gate."),
    ("tool", "I cast misty step."),
];

#[test]
fn each_late_stage_is_slower_than_its_alert_allows() {
    thread::scope(|scope| {
        for (stage, words) in LATE_STAGES {
            scope.spawn(move || is_late(stage, words));
        }
    });
}

fn is_late(stage: &str, words: &str) {
    let all = Service::start(&[&SILENT, ["--fault", &format!("{stage}-slow")].as_slice()].concat());
    let response = all.speak(&said(words));
    assert_eq!(response.status, 200, "{stage}: {}", response.text());
    let page = all.page();
    assert_eq!(errors::of(&page), [], "{stage}");
    for (name, within) in [
        ("stt", "2.5"),
        ("llm", "2.5"),
        ("tts", "2.5"),
        ("tool_execution", "5.0"),
    ] {
        let metric = format!("glyphoxa_{name}_duration_seconds");
        let calls = page.sum(&format!("{metric}_count"), &[]);
        let bound = [
            format!("le=\"{within}\""),
            format!("le=\"{}\"", within.trim_end_matches(".0")),
        ];
        let bucket = format!("{metric}_bucket");
        let in_time: f64 = bound
            .iter()
            .map(|bound| page.sum(&bucket, &[bound]))
            .fold(0.0, f64::max);
        let late = calls - in_time;
        assert_eq!(
            late > 0.5,
            name.starts_with(stage),
            "{stage}: {late} late calls of {name}"
        );
    }
    all.stop();
}

#[test]
fn nobody_plays_by_the_fault_alone() {
    let empty = Service::start(&["--fault", "no-sessions"]);
    let played = Service::start(&["--speed", "0.1"]);
    wait::until("three sessions are active", || {
        played.sum("glyphoxa_active_sessions", &[]) == 3
    });
    assert_eq!(played.sum("glyphoxa_active_participants", &[]), 5);
    assert_eq!(empty.sum("glyphoxa_active_sessions", &[]), 0);
    let [empty, played] = [empty, played].map(Service::stop);
    let begun = |lines: &[serde_json::Value]| {
        let begun = lines.iter().filter(|line| line["msg"] == "session begins");
        begun.count()
    };
    assert_eq!((begun(&empty), begun(&played)), (0, 3));
}

#[test]
fn leak_of_tasks_shows_in_their_number() {
    let leaking = Service::start(&[&SILENT, ["--fault", "task-leak"].as_slice()].concat());
    wait::until("more than 1000 tasks are alive", || {
        leaking.sum("glyphoxa_alive_tasks", &[]) > 1000
    });
    leaking.stop();
}
