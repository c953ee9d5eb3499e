//! The families of errors.

use glyph_examples::Run;

use crate::service::sum;

/// Errors of providers, by kind, and all requests to them that are not `ok`.
pub(crate) const STT: &str = "glyphoxa_provider_errors_total{kind=\"stt\"}";
pub(crate) const LLM: &str = "glyphoxa_provider_errors_total{kind=\"llm\"}";
pub(crate) const TTS: &str = "glyphoxa_provider_errors_total{kind=\"tts\"}";
pub(crate) const REQUESTS: &str = "glyphoxa_provider_requests_total";
pub(crate) const TOOLS: &str = "glyphoxa_tool_calls_total";
pub(crate) const CLIENT: &str = "http_client_errors_total";

/// Returns the families of errors that are not 0.
pub(crate) fn of(page: &Run) -> Vec<(&'static str, u64)> {
    let not_ok = |name| sum(page, name, &[]) - sum(page, name, &["status=\"ok\""]);
    let of_kind = |kind| sum(page, "glyphoxa_provider_errors_total", &[kind]);
    let s2s_and_embeddings = of_kind("kind=\"s2s\"") + of_kind("kind=\"embeddings\"");
    assert_eq!(s2s_and_embeddings, 0);
    let all = [
        (STT, of_kind("kind=\"stt\"")),
        (LLM, of_kind("kind=\"llm\"")),
        (TTS, of_kind("kind=\"tts\"")),
        (REQUESTS, not_ok(REQUESTS)),
        (TOOLS, not_ok(TOOLS)),
        (CLIENT, sum(page, CLIENT, &[])),
        (
            "refused",
            sum(page, "glyph_observations_refused_total", &[]),
        ),
    ];
    all.into_iter().filter(|(_, errors)| *errors > 0).collect()
}
