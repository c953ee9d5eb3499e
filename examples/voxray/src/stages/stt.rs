//! Speech to text.

use std::collections::VecDeque;

use bytes::Bytes;
use futures_util::{Stream, stream};
use glyph_runtime::{instrument_stage, stage};

use super::engine::{Engine, EngineError, Line, Trouble};
use crate::audio::Frame;
use crate::audio::ear::{Ear, Heard};
use crate::session::Session;
use crate::session::sound::Sound;
use crate::telemetry::stt::{ErrorType, Failure, Lag, Model, Stage};
use crate::telemetry::{Direction, Metrics, stt};

/// The recognizers.
#[derive(Debug)]
pub(crate) struct Recognizers {
    whole: Engine<Bytes, Heard>,
    small: Engine<Bytes, Heard>,
}

impl Recognizers {
    pub(crate) fn new(trouble: Option<Trouble>) -> Self {
        Self {
            whole: Engine::new(|| listening(Ear::careful()), trouble),
            small: Engine::new(|| listening(Ear::quick()), None),
        }
    }

    fn get(&self, model: Model) -> &Engine<Bytes, Heard> {
        match model {
            Model::Embedded => &self.whole,
            Model::Small => &self.small,
        }
    }
}

type Listening = Box<dyn FnMut(&Bytes) -> Vec<Heard> + Send>;

fn listening(mut ear: Ear) -> Listening {
    Box::new(move |sound| ear.hear(sound))
}

/// An utterance that is being recognized.
pub(crate) struct Utterance<'a> {
    session: &'a Session,
    model: Model,
    sound: &'a mut Sound,
    line: Option<Line<Bytes, Heard>>,
    heard: VecDeque<Heard>,
    /// The last frame that came.
    last: Option<Frame>,
}

impl<'a> Utterance<'a> {
    pub(crate) fn new(session: &'a Session, model: Model, sound: &'a mut Sound) -> Self {
        Self {
            session,
            model,
            sound,
            line: None,
            heard: VecDeque::new(),
            last: None,
        }
    }
}

/// Returns the words of an utterance as they are recognized.
#[instrument_stage(stt::stage::transcribe, stream, labels(session_id = utterance.session.label, model = utterance.model))]
pub(crate) fn transcribe(
    utterance: Utterance<'_>,
) -> impl Stream<Item = Result<String, EngineError>> + use<'_> {
    stream::try_unfold(utterance, |mut utterance| async move {
        let word = utterance.next().await;
        let word = word.inspect_err(|error| utterance.count(*error))?;
        Ok::<_, EngineError>(word.map(|word| (word, utterance)))
    })
}

impl Utterance<'_> {
    /// Returns the next word, or nothing after the last one.
    async fn next(&mut self) -> Result<Option<String>, EngineError> {
        loop {
            match self.heard.pop_front() {
                Some(Heard::Word(word)) => {
                    self.measure();
                    return Ok(Some(word));
                }
                Some(Heard::Over) => return Ok(None),
                None => {}
            }
            // An utterance also ends with the session.
            let Some(frame) = self.sound.frame().await else {
                return Ok(None);
            };
            let sound = frame.sound.clone();
            self.last = Some(frame);
            let heard = self.line()?.ask(sound).await?;
            self.heard.extend(heard);
        }
    }

    fn line(&mut self) -> Result<&mut Line<Bytes, Heard>, EngineError> {
        let line = if let Some(line) = self.line.take() {
            line
        } else {
            if self.model == Model::Small {
                stage::fallback();
            }
            self.session.models.recognizers.get(self.model).open()?
        };
        Ok(self.line.insert(line))
    }

    fn measure(&self) {
        let lag = Lag {
            direction: Direction::Inbound,
            session_id: self.session.label,
            model: self.model,
        };
        if let Some(frame) = &self.last {
            let metrics = Metrics::global().stt;
            metrics.streaming_lag.observe(lag, frame.arrived.elapsed());
        }
    }

    fn count(&self, error: EngineError) {
        Metrics::global().stt.errors.inc(Failure {
            error_type: match error {
                EngineError::Unavailable => ErrorType::Unavailable,
                EngineError::RateLimited => ErrorType::RateLimited,
                EngineError::Disconnected => ErrorType::Disconnected,
            },
            session_id: self.session.label,
            stage: Stage::Stt,
            model: self.model,
        });
    }
}
