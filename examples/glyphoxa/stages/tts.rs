//! Text to speech.

use glyph_runtime::instrument_stage;
use thiserror::Error;

use crate::audio::synth::{Voice, speak};
use crate::network::{Network, ProviderFault};
use crate::telemetry::stage;

/// The longest text that is read aloud, in bytes: about a minute.
const LONGEST_TEXT: usize = 1000;

/// Why nothing is heard.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum TtsError {
    #[error(transparent)]
    Provider(#[from] ProviderFault),
    #[error("a text of {0} bytes is too long to be read aloud")]
    TooLong(usize),
}

/// The sound of `text` in that voice.
#[instrument_stage(stage::tts, labels(provider = "elevenlabs"), fields(bytes = text.len()))]
pub(crate) async fn synthesise(
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
    async fn an_answer_becomes_sound() {
        let audio = synthesise(
            &Network::new(0.0),
            BARTENDER.voice,
            "That makes five coppers.",
        )
        .await;
        assert!(audio.is_ok_and(|audio| seconds(&audio) > 1.0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_text_without_end_is_refused() {
        let text = "and ".repeat(LONGEST_TEXT);
        let refused = synthesise(&Network::new(0.0), BARTENDER.voice, &text).await;
        assert_eq!(refused, Err(TtsError::TooLong(text.len())));
    }
}
