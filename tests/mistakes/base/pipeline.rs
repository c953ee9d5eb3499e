//! Instrumented functions, and metrics that are recorded by hand.

use std::io;
use std::time::Duration;

use futures_util::{Stream, stream};
use glyph_runtime::{Outcome, instrument_stage};

use crate::telemetry::{
    Hangup, Kind, Provider, ProviderFailure, TenantContext, ToolCall, VoiceMetrics, stage,
};

/// An answer of a tool over HTTP.
pub struct Reply {
    pub code: u16,
}

#[instrument_stage(stage::stt, labels(provider = "deepgram"), fields(session = %session, samples = audio.len()), kind = client)]
pub async fn transcribe(session: u64, audio: &[i16]) -> Result<String, ProviderFailure> {
    let loudest = audio
        .iter()
        .copied()
        .max()
        .ok_or(ProviderFailure::DeadlineExceeded)?;
    Ok(format!("{session}: {loudest}"))
}

#[instrument_stage(stage::llm, stream, labels(provider = Provider::Whisper))]
pub fn generate(words: usize) -> impl Stream<Item = Result<String, io::Error>> {
    stream::iter((0..words).map(|word| Ok(format!("word {word}"))))
}

#[instrument_stage(stage::lookup, none = "miss")]
pub fn cached(question: &str) -> Option<&'static str> {
    (question == "why").then_some("because")
}

#[instrument_stage(stage::tool, name = "tool", labels(tool = tool), level = "debug",
    outcome = |reply| if reply.code < 500 { Outcome::Ok } else { Outcome::Error })]
pub fn call_tool(tool: &str) -> Reply {
    Reply {
        code: if tool == "dice" { 200 } else { 503 },
    }
}

#[instrument_stage(stage::tool, labels(tool = "login"), fields(user, #[glyph(secret)] pin, tries = _), err = event)]
pub fn sign_in(user: &str, #[glyph(secret)] pin: u16) -> io::Result<bool> {
    glyph_runtime::stage::current().record("tries", 1);
    Ok((user, pin) == ("ada", 1815))
}

/// Transcribes with the provider of the caller's choice, measured by hand.
pub fn transcribe_with(provider: Provider) -> Result<usize, ProviderFailure> {
    let running = stage::stt { provider }.start();
    match provider {
        Provider::Whisper => {
            running.finish();
            Ok(0)
        }
        Provider::Deepgram | Provider::ElevenLabs => {
            let error = ProviderFailure::Refused { code: 403 };
            running.fail(&error);
            Err(error)
        }
    }
}

/// Measures a block as a call of a stage.
pub fn timed_lookup(question: &str) -> Result<usize, io::Error> {
    stage::tts {
        provider: Provider::ElevenLabs,
    }
    .time(|| Ok(question.len()))
}

/// Records each kind of metric once.
pub fn record_by_hand(recording: &[u8]) {
    let metrics = VoiceMetrics::global();
    metrics.tool_calls.inc(ToolCall {
        tool: "dice",
        retried: false,
        status: glyph_runtime::Status::Ok,
    });
    metrics.hangups.inc(Hangup {
        during: Some(Kind::Tts),
        by_caller: true,
    });
    metrics.llm_retries.inc(Provider::Deepgram);
    metrics.tokens.add(12_u64);
    metrics
        .speech_played
        .add_duration(Duration::from_millis(300));
    metrics.first_token.observe(Duration::from_millis(20));
    metrics
        .recording_size
        .observe(Provider::Whisper, recording.len());
    metrics.active_sessions.set(3);
    metrics.voices_loaded.add(Provider::ElevenLabs, 2);
    let _session = metrics.active_sessions.track();
}

/// Records for a tenant.
pub fn record_for(tenant: &str) {
    TenantContext { tenant_id: tenant }.in_scope(|| VoiceMetrics::global().tokens.inc());
}
