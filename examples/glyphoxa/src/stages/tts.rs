//! Text to speech.

use glyph_runtime::instrument_stage;
use thiserror::Error;

use crate::audio::synth::Voice;
use crate::fault::Fault;
use crate::providers::{Kind, Providers};
use crate::speech::SpeechError;
use crate::telemetry::{Provider, stage};

/// Maximum length of a text, in bytes: about a minute of speech.
const LONGEST_TEXT: usize = 1000;

/// Errors of the synthesizer.
#[derive(Debug, Error)]
pub(crate) enum TtsError {
    #[error(transparent)]
    Provider(#[from] SpeechError),
    #[error("a text of {0} bytes is too long to be read aloud")]
    TooLong(usize),
}

/// Returns the sound of `text` in the given voice.
pub(crate) async fn synthesize(
    providers: &Providers,
    voice: Voice,
    text: &str,
) -> Result<Vec<i16>, TtsError> {
    run(providers, providers.speech.synthesizer(), voice, text).await
}

#[instrument_stage(stage::tts, labels(provider), fields(bytes = text.len()))]
async fn run(
    providers: &Providers,
    provider: Provider,
    voice: Voice,
    text: &str,
) -> Result<Vec<i16>, TtsError> {
    providers.faults.delay(Fault::TtsSlow).await;
    let longer = if providers.faults.hits(Fault::Tts) {
        text.repeat(LONGEST_TEXT)
    } else {
        text.to_owned()
    };
    providers.noted(Kind::Tts, speak(providers, voice, &longer).await)
}

async fn speak(providers: &Providers, voice: Voice, text: &str) -> Result<Vec<i16>, TtsError> {
    if text.len() > LONGEST_TEXT {
        return Err(TtsError::TooLong(text.len()));
    }
    Ok(providers.speech.speak(text, voice).await?)
}
