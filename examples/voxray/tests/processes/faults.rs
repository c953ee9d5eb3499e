//! Each failure: the right counters move by what was said and what the peers counted, and no other
//! one does.

use std::thread;

use glyph_examples::Run;
use glyph_tests::wait;

use crate::{
    model::Peer,
    server::{Server, count},
};

const SAY: [&str; 2] = ["What is 6 * 7?", "What is 12 + 30?"];
const ANSWERS: &[&str] = &["6 * 7 is 42.", "12 + 30 is 42."];
/// What was said until the connection to the model ended.
const CUT: &[&str] = &["6 *", "12 +"];
const NOTHING: &[&str] = &[];

/// The families that count failures, and the ways around them.
const ERRORS: [&str; 12] = [
    "http_errors_total",
    "http_timeout_total",
    "webrtc_connection_failures_total",
    "webrtc_reconnection_attempts_total",
    "stt_errors_total",
    "stt_fallback_total",
    "llm_errors_total",
    "llm_retries_total",
    "llm_fallback_total",
    "tts_errors_total",
    "tts_fallback_total",
    "recording_jobs_failed_total",
];

/// Returns the families of errors that are not 0.
pub(crate) fn errors(page: &Run) -> Vec<(&'static str, u64)> {
    let errors = ERRORS.map(|name| (name, count(page, name, &[])));
    errors.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// What a peer counted.
type Count = fn(&Peer) -> u64;

/// A failure of a call with two utterances.
struct Failure {
    name: &'static str,
    options: &'static [&'static str],
    heard: &'static [&'static str],
    /// The counters that move, and a label of all their samples.
    moves: &'static [(&'static str, u64, &'static str)],
    /// What the model counted, and how often.
    peer: Option<(Count, u64)>,
    /// The sessions that began.
    sessions: u64,
}

const fn failure(
    name: &'static str,
    heard: &'static [&'static str],
    moves: &'static [(&'static str, u64, &'static str)],
) -> Failure {
    Failure {
        name,
        options: &[],
        heard,
        moves,
        peer: None,
        sessions: 1,
    }
}

impl Failure {
    const fn with(mut self, options: &'static [&'static str]) -> Self {
        self.options = options;
        self
    }

    const fn counted(mut self, count: fn(&Peer) -> u64, times: u64) -> Self {
        self.peer = Some((count, times));
        self
    }

    const fn without_session(mut self) -> Self {
        self.sessions = 0;
        self
    }
}

const UNAVAILABLE: &str = "error_type=\"unavailable\"";
const LIMITED: &str = "error_type=\"rate_limited\"";
const DISCONNECTED: &str = "error_type=\"disconnected\"";
const SMALL: &str = "model=\"embedded-small\"";
const SMALL_RULES: &str = "model=\"rules-small\"";
const RULES: &str = "model=\"rules\"";
const FAILURES: &str = "webrtc_connection_failures_total";
const FAILED: &str = "recording_jobs_failed_total";

const CASES: [Failure; 18] = [
    failure(
        "offer-fails",
        NOTHING,
        &[("http_errors_total", 1, "error_type=\"status\"")],
    )
    .without_session(),
    failure(
        "offer-slow",
        NOTHING,
        &[
            ("http_errors_total", 1, "error_type=\"timeout\""),
            ("http_timeout_total", 1, "route=\"/offer\""),
        ],
    )
    .with(&["--offer-timeout", "300"])
    .without_session(),
    failure("ice", NOTHING, &[(FAILURES, 1, "reason=\"ice_timeout\"")])
        .with(&["--connect-timeout", "1500"]),
    failure(
        "dtls",
        NOTHING,
        &[(FAILURES, 1, "reason=\"dtls_handshake\"")],
    ),
    failure(
        "stt-down",
        ANSWERS,
        &[
            ("stt_errors_total", 2, UNAVAILABLE),
            ("stt_fallback_total", 2, SMALL),
        ],
    ),
    failure(
        "stt-busy",
        ANSWERS,
        &[
            ("stt_errors_total", 2, LIMITED),
            ("stt_fallback_total", 2, SMALL),
        ],
    ),
    failure(
        "stt-lost",
        ANSWERS,
        &[
            ("stt_errors_total", 2, DISCONNECTED),
            ("stt_fallback_total", 2, SMALL),
        ],
    ),
    failure(
        "llm-flaky",
        ANSWERS,
        &[
            ("llm_errors_total", 2, UNAVAILABLE),
            ("llm_retries_total", 2, RULES),
        ],
    )
    .counted(|peer| peer.counts().failed, 2),
    failure(
        "llm-busy",
        ANSWERS,
        &[
            ("llm_errors_total", 4, LIMITED),
            ("llm_retries_total", 2, RULES),
            ("llm_fallback_total", 2, SMALL_RULES),
        ],
    )
    .counted(|peer| peer.counts().rejected, 4),
    failure(
        "llm-failing",
        ANSWERS,
        &[
            ("llm_errors_total", 4, UNAVAILABLE),
            ("llm_retries_total", 2, RULES),
            ("llm_fallback_total", 2, SMALL_RULES),
        ],
    )
    .counted(|peer| peer.counts().failed, 4),
    failure("llm-cut", CUT, &[("llm_errors_total", 2, DISCONNECTED)])
        .counted(|peer| peer.counts().cut, 2),
    failure(
        "llm-slow",
        ANSWERS,
        &[
            ("llm_errors_total", 2, "error_type=\"timeout\""),
            ("llm_fallback_total", 2, SMALL_RULES),
        ],
    )
    .with(&["--llm-timeout", "2000"])
    .counted(|peer| peer.counts().abandoned, 2),
    failure(
        "tts-down",
        ANSWERS,
        &[
            ("tts_errors_total", 2, UNAVAILABLE),
            ("tts_fallback_total", 2, SMALL),
        ],
    ),
    failure(
        "tts-busy",
        ANSWERS,
        &[
            ("tts_errors_total", 2, LIMITED),
            ("tts_fallback_total", 2, SMALL),
        ],
    ),
    failure(
        "tts-lost",
        ANSWERS,
        &[
            ("tts_errors_total", 2, DISCONNECTED),
            ("tts_fallback_total", 2, SMALL),
        ],
    ),
    failure("store-failing", ANSWERS, &[(FAILED, 1, "")]),
    failure("store-slow", ANSWERS, &[(FAILED, 1, "")]).with(&["--store-timeout", "300"]),
    failure("store-down", ANSWERS, &[(FAILED, 1, "")]),
];

#[test]
fn each_failure_moves_its_counters_alone() {
    thread::scope(|scope| {
        // A few at a time: each has two processes.
        for some in CASES.chunks(3) {
            let running: Vec<_> = some
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
    let peer = Peer::start();
    let own = ["--fault", name, "--llm-url", &peer.url];
    let server = Server::start(&[&own, failure.options].concat());
    let is_silent = failure.heard.is_empty();
    // The client waits in vain for what fails.
    let patience: &[&str] = if is_silent {
        &["--patience", "4000"]
    } else {
        &["--patience", "30000"]
    };
    let report = server.call(&SAY, patience);
    assert_eq!(report.heard, failure.heard, "{name}: {report:?}");
    assert_eq!(report.error.is_some(), is_silent, "{name}: {report:?}");
    let page = server.settled(failure.sessions);
    let expected: Vec<_> = failure
        .moves
        .iter()
        .map(|(name, times, _)| (*name, *times))
        .collect();
    assert_eq!(errors(&page), expected, "{name}");
    for (family, times, label) in failure.moves {
        assert_eq!(
            count(&page, family, &[label]),
            *times,
            "{name}: {family} {label}"
        );
    }
    if let Some((counted, times)) = failure.peer {
        wait::until(&format!("the model of {name} counted {times}"), || {
            counted(&peer) == times
        });
    }
    assert_models(name, &page);
    let lines = server.stop();
    let is_told = lines.iter().any(|line| line["level"] != "INFO");
    assert!(is_told || name == "llm-flaky", "{name}: {lines:#?}");
}

/// After a fallback, what was done has the label of the model that did it.
fn assert_models(name: &str, page: &Run) {
    let (family, label) = match name.split_once('-') {
        Some(("stt", _)) => ("stt_transcription_latency_seconds_count", SMALL),
        Some(("llm", "busy" | "failing" | "slow")) => {
            ("llm_generation_latency_seconds_count", SMALL_RULES)
        }
        Some(("tts", _)) => ("tts_synthesis_latency_seconds_count", SMALL),
        _ => return,
    };
    let done = count(page, family, &[label, "status=\"ok\""]);
    assert_eq!(done, 2, "{name}: {family}");
    let by_first = count(page, family, &["status=\"ok\""]) - done;
    assert_eq!(by_first, 0, "{name}: {family}");
}
