//! The voice server over WebRTC.

use glyph_examples::{Run, run};

fn once() -> Run {
    run(env!("CARGO_BIN_EXE_voxray"), &["--once"])
}

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
    whole(
        "http_requests_total",
        &[
            r#"route="/offer""#,
            r#"status_code="201""#,
            r#"status="ok""#,
        ],
        8.0,
    );
    whole(
        "http_request_duration_seconds_count",
        &[r#"method="POST""#],
        8.0,
    );
    whole("http_active_connections", &[], 0.0);
    whole(
        "webrtc_peer_connections_total",
        &[r#"state="connected""#],
        8.0,
    );
    whole("webrtc_peer_connections_total", &[r#"state="closed""#], 8.0);
    whole("webrtc_peer_connections_active", &[], 0.0);
    whole(
        "webrtc_connection_failures_total",
        &[r#"reason="ice_timeout""#],
        1.0,
    );
    whole("webrtc_reconnection_attempts_total", &[], 1.0);
    // Two utterances a session: 16 transcriptions of 28 words, two without an answer.
    whole(
        "stt_transcription_latency_seconds_count",
        &[r#"status="ok""#, r#"model="nova-3""#],
        16.0,
    );
    whole("stt_time_to_first_token_seconds_count", &[], 16.0);
    whole(
        "stt_streaming_lag_seconds_count",
        &[r#"direction="inbound""#],
        56.0,
    );
    whole("stt_fallback_total", &[], 6.0);
    whole("stt_errors_total", &[r#"error_type="unavailable""#], 6.0);
    whole(
        "llm_generation_latency_seconds_count",
        &[r#"status="ok""#],
        14.0,
    );
    whole(
        "llm_generation_latency_seconds_count",
        &[r#"status="error""#],
        2.0,
    );
    whole("llm_retries_total", &[], 4.0);
    whole("llm_errors_total", &[r#"error_type="disconnected""#], 2.0);
    whole("tts_synthesis_latency_seconds_count", &[], 14.0);
    whole(
        "tts_time_to_first_audio_chunk_seconds_count",
        &[r#"status="ok""#],
        14.0,
    );
    whole("recording_jobs_enqueued_total", &[], 8.0);
    whole("recording_jobs_success_total", &[], 7.0);
    whole("recording_jobs_failed_total", &[], 1.0);
    whole("recording_queue_depth", &[], 0.0);
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
    assert_eq!(run.lines("utterance not answered").len(), 2);
    assert!(!run.page.contains("session-"));
    assert!(run.page.contains(r#"session_id="sampled_out""#));
    assert!(run.page.contains(" # {trace_id="), "exemplars");
}
