//! Conversations of players with a character: in this process, or at a worker.

use std::sync::Arc;

use glyph_runtime::instrument_stage;
use serde_json::{Value, json};
use thiserror::Error;
use tonic::Status;

use crate::audio::vad::Utterance;
use crate::game::spellbook::Spellbook;
use crate::model::{Completion, ModelError, ToolCall};
use crate::npc::Npc;
use crate::providers::Providers;
use crate::remote::{Remote, Worker};
use crate::stages::stt::{self, SttError};
use crate::stages::tts::{self, TtsError};
use crate::stages::{llm, tools};
use crate::telemetry::{NpcUtterance, Presence, VoiceMetrics, stage};

/// Maximum number of tool calls before an answer.
const MOST_TOOL_CALLS: usize = 3;

/// The state that all conversations of a process share.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) providers: Providers,
    pub(crate) spellbook: Spellbook,
}

/// The audio of an utterance of a player.
#[derive(Clone, Debug)]
pub(crate) struct Spoken {
    pub(crate) speaker: String,
    pub(crate) audio: Vec<i16>,
}

impl Spoken {
    pub(crate) fn new(speaker: &str, utterance: Utterance) -> Self {
        Self {
            speaker: speaker.to_owned(),
            audio: utterance.samples,
        }
    }
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
    Llm(#[from] ModelError),
    #[error("language model: still calling tools after {MOST_TOOL_CALLS}")]
    NoAnswer,
    #[error("text to speech: {0}")]
    Tts(#[from] TtsError),
    #[error("{reason}")]
    AtWorker { reason: String, is_unclear: bool },
    #[error("worker: {}", .0.message())]
    Worker(Box<Status>),
}

impl TurnError {
    /// Whether the speech was heard, and had no words in it.
    pub(crate) const fn is_unclear(&self) -> bool {
        let is_unclear = matches!(
            self,
            Self::AtWorker {
                is_unclear: true,
                ..
            }
        );
        is_unclear || matches!(self, Self::Stt(SttError::Unintelligible))
    }
}

/// Where conversations take place.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Here(Arc<Pipeline>),
    Worker(Arc<Worker>),
}

/// A conversation of players with a character.
#[derive(Debug)]
pub(crate) enum Conversation {
    Here(Room),
    Worker(Box<Remote>),
}

impl Place {
    pub(crate) async fn open(
        &self,
        session: &str,
        npc: &'static Npc,
        participants: usize,
    ) -> Result<Conversation, TurnError> {
        match self {
            Self::Here(pipeline) => {
                let room = Room::open(pipeline, session, npc, participants);
                Ok(Conversation::Here(room))
            }
            Self::Worker(worker) => {
                let remote = worker.open(session, npc.id, participants).await?;
                Ok(Conversation::Worker(Box::new(remote)))
            }
        }
    }
}

impl Conversation {
    /// Returns the answer to an utterance.
    pub(crate) async fn say(&mut self, spoken: Spoken) -> Result<Answer, TurnError> {
        match self {
            Self::Here(room) => room.say(spoken).await,
            Self::Worker(remote) => remote.say(spoken).await,
        }
    }
}

/// A conversation in this process. It counts for the gauges as long as it lasts.
#[derive(Debug)]
pub(crate) struct Room {
    pipeline: Arc<Pipeline>,
    session: String,
    npc: &'static Npc,
    _present: Vec<Presence>,
}

impl Room {
    pub(crate) fn open(
        pipeline: &Arc<Pipeline>,
        session: &str,
        npc: &'static Npc,
        participants: usize,
    ) -> Self {
        let metrics = VoiceMetrics::global();
        let players = std::iter::repeat_n(&metrics.active_participants, participants);
        let gauges = [&metrics.active_sessions, &metrics.active_npcs];
        Self {
            pipeline: Arc::clone(pipeline),
            session: session.to_owned(),
            npc,
            _present: gauges
                .into_iter()
                .chain(players)
                .map(Presence::new)
                .collect(),
        }
    }

    /// Returns the answer to an utterance.
    pub(crate) async fn say(&self, spoken: Spoken) -> Result<Answer, TurnError> {
        turn(&self.pipeline, &self.session, self.npc, spoken).await
    }
}

/// Runs from the end of an utterance to the audio of the answer.
#[instrument_stage(stage::s2s, fields(session, npc = npc.id))]
async fn turn(
    pipeline: &Pipeline,
    session: &str,
    npc: &'static Npc,
    spoken: Spoken,
) -> Result<Answer, TurnError> {
    let Spoken { speaker, audio } = spoken;
    let words = stt::transcribe(&pipeline.providers, audio).await?;
    let said = converse(pipeline, npc, &words).await?;
    let audio = tts::synthesize(&pipeline.providers, npc.voice, &said.content).await?;
    VoiceMetrics::global()
        .npc_utterances
        .inc(NpcUtterance { npc_id: npc.id });
    tracing::info!(
        reply_bytes = said.content.len(),
        input_tokens = said.input_tokens,
        output_tokens = said.output_tokens,
        "utterance answered"
    );
    Ok(Answer {
        speaker,
        words,
        reply: said.content,
        audio,
    })
}

/// Runs the model and its tool calls until it has an answer. The tokens are those of all its responses.
async fn converse(pipeline: &Pipeline, npc: &Npc, words: &str) -> Result<Completion, TurnError> {
    let mut messages = vec![
        json!({"role": "system", "content": npc.persona}),
        json!({"role": "user", "content": words}),
    ];
    let mut tokens = (0, 0);
    for _ in 0..=MOST_TOOL_CALLS {
        let mut completion = llm::ask(&pipeline.providers, npc, &messages).await?;
        tokens.0 += completion.input_tokens;
        tokens.1 += completion.output_tokens;
        let Some(call) = completion.call.take() else {
            (completion.input_tokens, completion.output_tokens) = tokens;
            return Ok(completion);
        };
        messages.extend(run(pipeline, call).await);
    }
    Err(TurnError::NoAnswer)
}

/// Runs a tool, and returns the messages of its call and its result.
async fn run(pipeline: &Pipeline, call: ToolCall) -> [Value; 2] {
    let ToolCall {
        id,
        name,
        arguments,
    } = call;
    let argument = tools::argument(&arguments);
    let faults = &pipeline.providers.faults;
    let result = tools::execute(&pipeline.spellbook, faults, &name, &argument).await;
    let content = result.unwrap_or_else(|error| {
        tracing::warn!(tool = name, %error, "tool failed");
        format!("Alas, {error}.")
    });
    let function = json!({"name": name, "arguments": arguments});
    let call = json!({"id": id, "type": "function", "function": function});
    [
        json!({"role": "assistant", "content": null, "tool_calls": [call]}),
        json!({"role": "tool", "tool_call_id": id, "content": content}),
    ]
}
