//! A voice session: players speak, a character answers.

use std::sync::Arc;

use glyph_runtime::instrument_stage;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::time::interval;
use tracing::Instrument;

use crate::audio::vad::{Detector, Utterance};
use crate::audio::{FRAME, FRAME_SAMPLES};
use crate::game::spellbook::Spellbook;
use crate::network::{Network, ProviderFault};
use crate::npc::Npc;
use crate::recordings::Recording;
use crate::stages::llm::{self, Completion, Prompt};
use crate::stages::stt::{Recognizer, SttError};
use crate::stages::tools;
use crate::stages::tts::{self, TtsError};
use crate::telemetry::{NpcUtterance, Presence, VoiceMetrics, stage};

/// Capacity of the queue of utterances. If it is full, the microphone waits.
const WAITING_UTTERANCES: usize = 4;
/// Maximum number of tool calls before an answer.
const MOST_TOOL_CALLS: usize = 3;

/// The state that all sessions share.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) network: Network,
    pub(crate) recognizer: Recognizer,
    pub(crate) spellbook: Spellbook,
}

/// An utterance and its answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) speaker: String,
    pub(crate) words: String,
    pub(crate) reply: String,
    pub(crate) audio: Vec<i16>,
}

/// Errors of a turn.
#[derive(Debug, Error)]
pub(crate) enum TurnError {
    #[error("speech to text: {0}")]
    Stt(#[from] SttError),
    #[error("language model: {0}")]
    Llm(#[from] ProviderFault),
    #[error("language model: still calling tools after {MOST_TOOL_CALLS}")]
    NoAnswer,
    #[error("text to speech: {0}")]
    Tts(#[from] TtsError),
}

/// Plays `recording` at `speed`, as one trace. A failed turn does not end the session.
pub(crate) async fn play(
    pipeline: &Pipeline,
    recording: Arc<Recording>,
    speed: f64,
) -> Vec<Result<Answer, TurnError>> {
    let (session, npc) = (recording.session, recording.npc.id);
    let span = tracing::info_span!("session", session, npc);
    let played = async {
        tracing::info!(
            participants = recording.participants().len(),
            "session begins"
        );
        let turns = hold(pipeline, &recording, speed).await;
        let unanswered = turns.iter().filter(|turn| turn.is_err()).count();
        tracing::info!(turns = turns.len(), unanswered, "session ends");
        turns
    };
    played.instrument(span).await
}

async fn hold(
    pipeline: &Pipeline,
    recording: &Recording,
    speed: f64,
) -> Vec<Result<Answer, TurnError>> {
    let metrics = VoiceMetrics::global();
    let _session = Presence::new(&metrics.active_sessions);
    let _npc = Presence::new(&metrics.active_npcs);
    let players = recording.participants();
    let _players: Vec<_> = players
        .iter()
        .map(|_| Presence::new(&metrics.active_participants))
        .collect();

    let (heard, mut utterances) = mpsc::channel(WAITING_UTTERANCES);
    let converse = async {
        let mut turns = Vec::new();
        while let Some(utterance) = utterances.recv().await {
            let answer = turn(pipeline, recording.session, recording.npc, utterance).await;
            if let Err(error) = &answer {
                tracing::warn!(%error, "utterance not answered");
            }
            turns.push(answer);
        }
        turns
    };
    let ((), turns) = tokio::join!(listen(&recording.audio, speed, heard), converse);
    turns
}

/// Simulates the microphone: sends audio frame by frame, and forwards each utterance after its end.
async fn listen(audio: &[i16], speed: f64, heard: mpsc::Sender<Utterance>) {
    let mut detector = Detector::default();
    let mut clock = interval(FRAME.div_f64(speed));
    for frame in audio.chunks(FRAME_SAMPLES) {
        clock.tick().await;
        if let Some(utterance) = detector.push(frame)
            && heard.send(utterance).await.is_err()
        {
            return;
        }
    }
    if let Some(utterance) = detector.finish() {
        // The receiver is gone, so the utterance is not needed.
        let _ = heard.send(utterance).await;
    }
}

/// Runs from the end of an utterance to the audio of the answer.
#[instrument_stage(stage::s2s, fields(session, npc = npc.id))]
pub(crate) async fn turn(
    pipeline: &Pipeline,
    session: &'static str,
    npc: &'static Npc,
    utterance: Utterance,
) -> Result<Answer, TurnError> {
    let heard = pipeline
        .recognizer
        .transcribe(&pipeline.network, &utterance.samples)
        .await?;
    let reply = converse(pipeline, npc, &heard.words).await?;
    let audio = tts::synthesize(&pipeline.network, npc.voice, &reply).await?;
    VoiceMetrics::global()
        .npc_utterances
        .inc(NpcUtterance { npc_id: npc.id });
    tracing::info!(reply_bytes = reply.len(), "utterance answered");
    Ok(Answer {
        speaker: heard.speaker,
        words: heard.words,
        reply,
        audio,
    })
}

/// Runs the model and its tool calls until it has an answer.
async fn converse(pipeline: &Pipeline, npc: &Npc, words: &str) -> Result<String, TurnError> {
    let mut completion = llm::ask(&pipeline.network, npc, Prompt::Player(words)).await?;
    for _ in 0..MOST_TOOL_CALLS {
        match completion {
            Completion::Say(reply) => return Ok(reply),
            Completion::Call { tool, argument } => {
                let outcome = tools::execute(&pipeline.spellbook, &tool, &argument).await;
                if let Err(error) = &outcome {
                    tracing::warn!(tool, %error, "tool failed");
                }
                completion = llm::ask(&pipeline.network, npc, Prompt::Tool(&outcome)).await?;
            }
        }
    }
    match completion {
        Completion::Say(reply) => Ok(reply),
        Completion::Call { .. } => Err(TurnError::NoAnswer),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;
    use crate::recordings;

    async fn play_all(fail_rate: f64) -> Vec<(Arc<Recording>, Vec<Result<Answer, TurnError>>)> {
        let recordings = recordings::load().unwrap();
        let pipeline = Pipeline {
            network: Network::new(fail_rate),
            recognizer: Recognizer::new(&recordings),
            spellbook: Spellbook::open().unwrap(),
        };
        let mut played = Vec::new();
        for recording in recordings.into_iter().map(Arc::new) {
            let turns = play(&pipeline, Arc::clone(&recording), 1.0).await;
            played.push((recording, turns));
        }
        played
    }

    #[tokio::test(start_paused = true)]
    async fn every_utterance_gets_an_audio_answer() {
        for (recording, turns) in play_all(0.0).await {
            assert_eq!(turns.len(), recording.lines.len());
            for (line, turn) in recording.lines.iter().zip(turns) {
                let answer = turn.unwrap();
                assert_eq!(
                    (&answer.speaker, &answer.words),
                    (&line.speaker, &line.words)
                );
                assert!(!answer.reply.is_empty() && !answer.audio.is_empty());
                assert_ne!(
                    answer.reply, recording.npc.otherwise,
                    "no rule for {}",
                    line.words
                );
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn failed_provider_loses_the_turn_and_not_the_session() {
        for (recording, turns) in play_all(1.0).await {
            assert_eq!(turns.len(), recording.lines.len());
            assert!(
                turns
                    .iter()
                    .all(|turn| matches!(turn, Err(TurnError::Stt(SttError::Provider(_)))))
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn session_lasts_as_long_as_its_recording() {
        let started = tokio::time::Instant::now();
        play_all(0.0).await;
        let seconds = started.elapsed().as_secs_f64();
        assert!((32.5..33.5).contains(&seconds), "{seconds}");
    }
}
