//! A session: each utterance is recognized, answered token by token, and the answer is spoken.

pub(crate) mod sound;

use std::pin::pin;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt};
use glyph_runtime::label::SampledId;

use crate::audio::voice::Voice;
use crate::recordings::{Recording, Uploads};
use crate::stages::llm::{LlmError, ModelServer, generate};
use crate::stages::stt::{Recognizers, Utterance, transcribe};
use crate::stages::tts::{Synthesizers, synthesize};
use crate::telemetry::{llm, stt, tts};

use self::sound::{Gone, Sound};

/// One session in this many has its own series.
const SAMPLED_ONE_IN: u32 = 4;

/// The models of all sessions.
#[derive(Debug)]
pub(crate) struct Models {
    pub(crate) recognizers: Recognizers,
    pub(crate) server: ModelServer,
    pub(crate) synthesizers: Synthesizers,
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    /// The id in labels.
    pub(crate) label: SampledId,
    pub(crate) models: Arc<Models>,
}

impl Session {
    pub(crate) fn new(id: String, models: Arc<Models>) -> Self {
        let label = SampledId::one_in(&id, SAMPLED_ONE_IN);
        Self { id, label, models }
    }

    /// Answers utterances until the peer leaves, and uploads what was said.
    pub(crate) async fn converse(&self, mut sound: Sound, uploads: Uploads) {
        tracing::info!("session begins");
        let mut turns = 0;
        while self.turn(&mut sound, turns).await.is_ok() {
            turns += 1;
        }
        uploads
            .enqueue(Recording {
                name: self.id.clone(),
                sound: sound.recorded(),
            })
            .await;
        tracing::info!(turns, "session ends");
    }

    async fn turn(&self, sound: &mut Sound, turn: usize) -> Result<(), Gone> {
        sound.speech().await?;
        let prompt = self.hear(sound).await;
        if prompt.trim().is_empty() {
            return Ok(());
        }
        if let Err(error) = self.answer(sound, turn, &prompt).await? {
            tracing::error!(%error, "utterance not answered");
        }
        sound.say(Voice::LOUD.over()).await
    }

    /// Returns the text of an utterance. The second recognizer begins where the first one did.
    async fn hear(&self, sound: &mut Sound) -> String {
        for model in [stt::Model::Embedded, stt::Model::Small] {
            sound.rewind();
            let words = pin!(transcribe(Utterance::new(self, model, sound)));
            match words.try_collect::<String>().await {
                Ok(text) => return text,
                Err(error) => tracing::warn!(%error, "speech not recognized"),
            }
        }
        String::new()
    }

    /// Speaks the answer sentence by sentence while it is generated.
    async fn answer(
        &self,
        sound: &mut Sound,
        turn: usize,
        prompt: &str,
    ) -> Result<Result<(), LlmError>, Gone> {
        let answer = match generate(self, llm::Model::Rules, turn, prompt).await {
            Ok(answer) => Ok(answer.boxed()),
            Err(error) => {
                tracing::warn!(%error, "language model fell back");
                let small = generate(self, llm::Model::Small, turn, prompt).await;
                small.map(StreamExt::boxed)
            }
        };
        let mut answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        let mut sentence = String::new();
        let mut ended = Ok(());
        while let Some(token) = answer.next().await {
            match token {
                Ok(token) => sentence.push_str(&token),
                Err(error) => ended = Err(error),
            }
            if sentence.ends_with(['.', '!', '?']) {
                self.speak(sound, &sentence).await?;
                sentence.clear();
            }
        }
        if !sentence.is_empty() {
            self.speak(sound, &sentence).await?;
        }
        Ok(ended)
    }

    /// Speaks a text. The second synthesizer goes on where the first one ended.
    async fn speak(&self, sound: &mut Sound, text: &str) -> Result<(), Gone> {
        let mut rest = text;
        for model in [tts::Model::Embedded, tts::Model::Small] {
            let mut chunks = pin!(synthesize(self, model, rest));
            let mut end = 0;
            let ended = loop {
                match chunks.next().await {
                    Some(Ok(chunk)) => {
                        end = chunk.end;
                        for frame in chunk.frames {
                            sound.say(frame).await?;
                        }
                    }
                    Some(Err(error)) => break Err(error),
                    None => break Ok(()),
                }
            };
            match ended {
                Ok(()) => return Ok(()),
                Err(error) => tracing::warn!(%error, "text not spoken"),
            }
            rest = rest.get(end..).unwrap_or_default();
        }
        Ok(())
    }
}
