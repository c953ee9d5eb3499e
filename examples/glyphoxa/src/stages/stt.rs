//! Speech to text.

use glyph_runtime::instrument_stage;
use thiserror::Error;

use crate::audio::level_dbfs;
use crate::fault::Fault;
use crate::providers::{Kind, Providers};
use crate::speech::SpeechError;
use crate::telemetry::{Provider, stage};

/// The level below which no speech reached the recognizer.
const FAINTEST_DBFS: f64 = -80.0;

/// Errors of the recognizer.
#[derive(Debug, Error)]
pub(crate) enum SttError {
    #[error(transparent)]
    Provider(#[from] SpeechError),
    #[error("the recognizer got silence")]
    Silence,
    #[error("the words were not understood")]
    Unintelligible,
}

/// Returns the words of an utterance.
pub(crate) async fn transcribe(providers: &Providers, audio: Vec<i16>) -> Result<String, SttError> {
    run(providers, providers.speech.recognizer(), audio).await
}

#[instrument_stage(stage::stt, labels(provider), fields(samples = audio.len()))]
async fn run(
    providers: &Providers,
    provider: Provider,
    mut audio: Vec<i16>,
) -> Result<String, SttError> {
    providers.faults.delay(Fault::SttSlow).await;
    if providers.faults.hits(Fault::Stt) {
        audio.fill(0);
    }
    let heard = if level_dbfs(&audio) < FAINTEST_DBFS {
        Err(SttError::Silence)
    } else {
        providers
            .speech
            .recognize(audio)
            .await
            .map_err(SttError::from)
    };
    providers
        .noted(Kind::Stt, heard)?
        .ok_or(SttError::Unintelligible)
}
