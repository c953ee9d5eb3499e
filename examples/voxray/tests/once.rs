//! `--once`: eight sessions with clients that speak and listen.

use glyph_examples::{Run, run};

fn once() -> Run {
    run(env!("CARGO_BIN_EXE_voxray"), &["--once"])
}

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

#[test]
fn eight_sessions_are_exposed() {
    let run = once();
    let whole = |name: &str, labels: &[&str], value: f64| {
        let sum = run.sum(name, labels);
        assert!(
            (sum - value).abs() < f64::EPSILON,
            "{name} {labels:?}: {sum}"
        );
    };
    // Six over WebRTC, and two over a WebSocket.
    let http = "http_requests_total";
    whole(
        http,
        &[
            r#"route="/offer""#,
            r#"status_code="201""#,
            r#"status="ok""#,
        ],
        6.0,
    );
    whole(
        http,
        &[r#"route="/ws""#, r#"status_code="101""#, r#"status="ok""#],
        2.0,
    );
    whole("http_request_duration_seconds_count", &[], 8.0);
    whole("http_active_connections", &[], 0.0);
    for state in ["new", "connected", "closed"] {
        let state = format!("state=\"{state}\"");
        whole("webrtc_peer_connections_total", &[&state], 6.0);
    }
    whole("webrtc_peer_connections_active", &[], 0.0);
    // Two utterances a session, each with an answer.
    for stage in [
        "stt_transcription_latency_seconds_count",
        "stt_time_to_first_token_seconds_count",
        "llm_generation_latency_seconds_count",
        "llm_time_to_first_token_seconds_count",
    ] {
        whole(stage, &[r#"status="ok""#], 16.0);
        whole(stage, &[], 16.0);
    }
    let spoken = run.sum("tts_synthesis_latency_seconds_count", &[r#"status="ok""#]);
    assert!(spoken >= 16.0, "{spoken} sentences");
    whole(
        "tts_time_to_first_audio_chunk_seconds_count",
        &[r#"status="ok""#],
        spoken,
    );
    whole("recording_jobs_enqueued_total", &[], 8.0);
    whole("recording_jobs_success_total", &[], 8.0);
    whole("recording_queue_depth", &[], 0.0);
    for name in [
        "webrtc_bytes_sent_total",
        "webrtc_bytes_received_total",
        "stt_streaming_lag_seconds_count",
        "llm_inter_token_latency_seconds_count",
        "tts_streaming_lag_seconds_count",
    ] {
        assert!(run.sum(name, &[]) > 16.0, "{name}");
    }
    for name in ERRORS {
        whole(name, &[], 0.0);
    }
}

#[test]
fn every_subsystem_exposes_its_families() {
    let families = once();
    let families = families.families();
    for (subsystem, count) in [
        ("http_", 5),
        ("webrtc_", 6),
        ("stt_", 5),
        ("llm_", 6),
        ("tts_", 5),
        ("recording_", 4),
    ] {
        let found = families.iter().filter(|name| name.starts_with(subsystem));
        assert_eq!(found.count(), count, "{subsystem}");
    }
}

#[test]
fn session_joins_the_request_trace_and_its_id_is_no_label() {
    let run = once();
    let (begun, ended) = (run.lines("session begins"), run.lines("session ends"));
    assert_eq!((begun.len(), ended.len()), (8, 8));
    let requests = run.lines("request completed");
    for line in begun {
        let request = requests
            .iter()
            .find(|request| request["trace_id"] == line["trace_id"]);
        assert!(request.is_some(), "{line}");
    }
    let others = run.log.iter().filter(|line| line["level"] != "INFO");
    assert_eq!(others.count(), 0, "{:#?}", run.log);
    assert!(!run.page.contains("session-"));
    assert!(run.page.contains(r#"session_id="sampled_out""#));
    assert!(run.page.contains(" # {trace_id="), "exemplars");
}
