//! Text to speech.

use glyph_runtime::instrument_stage;
use thiserror::Error;

use crate::audio::synth::{Voice, speak};
use crate::network::{Network, ProviderFault};
use crate::telemetry::stage;

/// Maximum length of a text, in bytes: about a minute of speech.
const LONGEST_TEXT: usize = 1000;

/// Errors of the synthesizer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum TtsError {
    #[error(transparent)]
    Provider(#[from] ProviderFault),
    #[error("a text of {0} bytes is too long to be read aloud")]
    TooLong(usize),
}

/// Returns the sound of `text` in the given voice.
#[instrument_stage(stage::tts, labels(provider = "elevenlabs"), fields(bytes = text.len()))]
pub(crate) async fn synthesize(
    network: &Network,
    voice: Voice,
    text: &str,
) -> Result<Vec<i16>, TtsError> {
    if text.len() > LONGEST_TEXT {
        return Err(TtsError::TooLong(text.len()));
    }
    network.call(10..=30).await?;
    Ok(speak(text, voice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::seconds;
    use crate::npc::BARTENDER;

    #[tokio::test(start_paused = true)]
    async fn answer_becomes_audio() {
        let audio = synthesize(
            &Network::new(0.0),
            BARTENDER.voice,
            "That makes five coppers.",
        )
        .await;
        assert!(audio.is_ok_and(|audio| seconds(&audio) > 1.0));
    }

    #[tokio::test(start_paused = true)]
    async fn overlong_text_is_rejected() {
        let text = "and ".repeat(LONGEST_TEXT);
        let refused = synthesize(&Network::new(0.0), BARTENDER.voice, &text).await;
        assert_eq!(refused, Err(TtsError::TooLong(text.len())));
    }
}
