//! An ordinary run: all families of work move, and none of errors.

use std::time::Duration;

use glyph_tests::wait;

use crate::{errors, model::Peer, service::Service};

/// The lines of the three scripts.
const LINES: u64 = 10;

#[test]
fn ordinary_run_has_no_errors_and_the_tokens_of_the_model() {
    let peer = Peer::start(Duration::ZERO);
    let all = Service::start(&["--speed", "20", "--llm-url", &peer.url]);
    let utterances = || all.sum("glyphoxa_npc_utterances_total", &[]);
    wait::until("each line has an answer", || utterances() >= LINES);
    all.readiness(200);
    let page = all.page();
    assert_eq!(errors::of(&page), []);
    for (name, label) in [
        ("glyphoxa_provider_requests_total", "kind=\"llm\""),
        (
            "glyphoxa_provider_requests_total",
            "provider=\"embedded\",kind=\"stt\"",
        ),
        (
            "glyphoxa_provider_requests_total",
            "provider=\"embedded\",kind=\"tts\"",
        ),
        ("glyphoxa_tool_calls_total", "tool=\"dice_roll\""),
        ("glyphoxa_tool_calls_total", "tool=\"lookup_spell\""),
        ("glyphoxa_npc_utterances_total", "npc_id=\"bartender_01\""),
        ("glyphoxa_stt_duration_seconds_count", ""),
        ("glyphoxa_llm_duration_seconds_count", ""),
        ("glyphoxa_tts_duration_seconds_count", ""),
        ("glyphoxa_s2s_duration_seconds_count", ""),
        ("glyphoxa_tool_execution_duration_seconds_count", ""),
        (
            "glyphoxa_http_request_duration_seconds_count",
            "path=\"/readyz\"",
        ),
        ("glyphoxa_alive_tasks", ""),
    ] {
        assert!(page.sum(name, &[label]) > 0.0, "{name} {label}");
    }
    let lines = all.stop();
    let problems = lines.iter().filter(|line| line["level"] != "INFO");
    assert_eq!(problems.count(), 0, "{lines:#?}");
    let answered = lines
        .iter()
        .filter(|line| line["msg"] == "utterance answered");
    let tokens = |field: &str| -> u64 {
        let numbers = answered.clone().map(|line| line[field].as_u64().unwrap());
        numbers.sum()
    };
    let counts = peer.counts();
    assert_eq!(counts.completed, counts.requests);
    assert_eq!(
        (tokens("input_tokens"), tokens("output_tokens")),
        (counts.prompt_tokens, counts.completion_tokens)
    );
}
