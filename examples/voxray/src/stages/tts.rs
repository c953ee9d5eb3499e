//! Text to speech.

use bytes::Bytes;
use futures_util::{Stream, stream};
use glyph_runtime::{instrument_stage, stage};
use tokio::time::Instant;

use super::engine::{Engine, EngineError, Line, Trouble};
use crate::audio::voice::Voice;
use crate::session::Session;
use crate::telemetry::tts::{ErrorType, Failure, Lag, Model, Stage};
use crate::telemetry::{Direction, Metrics, tts};

/// The synthesizers.
#[derive(Debug)]
pub(crate) struct Synthesizers {
    whole: Engine<String, Bytes>,
    small: Engine<String, Bytes>,
}

impl Synthesizers {
    pub(crate) fn new(trouble: Option<Trouble>) -> Self {
        Self {
            whole: Engine::new(
                || Box::new(|text: &String| Voice::LOUD.speak(text)),
                trouble,
            ),
            small: Engine::new(|| Box::new(|text: &String| Voice::SOFT.speak(text)), None),
        }
    }

    fn get(&self, model: Model) -> &Engine<String, Bytes> {
        match model {
            Model::Embedded => &self.whole,
            Model::Small => &self.small,
        }
    }
}

/// The sound of a word, and the length of the text up to its end.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) frames: Vec<Bytes>,
    pub(crate) end: usize,
}

/// A text that is being spoken.
struct Speech<'a> {
    session: &'a Session,
    model: Model,
    text: &'a str,
    end: usize,
    asked: Instant,
    line: Option<Line<String, Bytes>>,
}

/// Returns the sound of a text word by word.
#[instrument_stage(tts::stage::synthesize, stream, labels(session_id = session.label, model))]
pub(crate) fn synthesize<'a>(
    session: &'a Session,
    model: Model,
    text: &'a str,
) -> impl Stream<Item = Result<Chunk, EngineError>> + use<'a> {
    let speech = Speech {
        session,
        model,
        text,
        end: 0,
        asked: Instant::now(),
        line: None,
    };
    stream::try_unfold(speech, |mut speech| async move {
        let chunk = speech.next().await;
        let chunk = chunk.inspect_err(|error| speech.count(*error))?;
        Ok::<_, EngineError>(chunk.map(|chunk| (chunk, speech)))
    })
}

impl Speech<'_> {
    async fn next(&mut self) -> Result<Option<Chunk>, EngineError> {
        let rest = self.text.get(self.end..).unwrap_or_default();
        let Some(word) = rest.split_inclusive(' ').next() else {
            return Ok(None);
        };
        let frames = self.line()?.ask(word.to_owned()).await?;
        self.end = self.end.saturating_add(word.len());
        let lag = Lag {
            direction: Direction::Outbound,
            session_id: self.session.label,
            model: self.model,
        };
        let metrics = Metrics::global().tts;
        metrics.streaming_lag.observe(lag, self.asked.elapsed());
        Ok(Some(Chunk {
            frames,
            end: self.end,
        }))
    }

    fn line(&mut self) -> Result<&mut Line<String, Bytes>, EngineError> {
        let line = if let Some(line) = self.line.take() {
            line
        } else {
            if self.model == Model::Small {
                stage::fallback();
            }
            self.session.models.synthesizers.get(self.model).open()?
        };
        Ok(self.line.insert(line))
    }

    fn count(&self, error: EngineError) {
        Metrics::global().tts.errors.inc(Failure {
            error_type: match error {
                EngineError::Unavailable => ErrorType::Unavailable,
                EngineError::RateLimited => ErrorType::RateLimited,
                EngineError::Disconnected => ErrorType::Disconnected,
            },
            session_id: self.session.label,
            stage: Stage::Tts,
            model: self.model,
        });
    }
}
