//! Who turns speech into text and text into speech: the embedded providers, or programs of the system.

mod system;

use clap::ValueEnum;
use glyph_runtime::context;
use serde::Deserialize;
use thiserror::Error;

use self::system::System;
use crate::audio::synth::{self, Voice};
use crate::audio::{self, wav::WavError};
use crate::telemetry::Provider;

/// Which providers `--speech` asks for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Choice {
    /// The programs of the system where both are installed and work, and the embedded providers otherwise.
    Auto,
    /// The embedded providers.
    Embedded,
    /// espeak-ng and pocketsphinx.
    System,
}

/// Errors of a provider of speech.
#[derive(Debug, Error)]
pub(crate) enum SpeechError {
    #[error("espeak-ng and pocketsphinx are not both installed; use --speech embedded")]
    NotInstalled,
    #[error("{program}: {source}")]
    Program {
        program: &'static str,
        source: std::io::Error,
    },
    #[error("{program} failed: {reason}")]
    Failed {
        program: &'static str,
        reason: String,
    },
    #[error(transparent)]
    Audio(#[from] WavError),
    #[error("the work did not end")]
    Interrupted,
}

/// A recognizer and a synthesizer that understand each other.
#[derive(Clone, Debug)]
pub(crate) enum Speech {
    Embedded,
    System(System),
}

impl Speech {
    pub(crate) async fn choose(choice: Choice) -> Result<Self, SpeechError> {
        if choice == Choice::Embedded {
            return Ok(Self::Embedded);
        }
        match Box::pin(System::tried()).await {
            Err(_) if choice == Choice::Auto => Ok(Self::Embedded),
            tried => Ok(Self::System(tried?)),
        }
    }

    pub(crate) const fn recognizer(&self) -> Provider {
        match self {
            Self::Embedded => Provider::Embedded,
            Self::System(_) => Provider::Pocketsphinx,
        }
    }

    pub(crate) const fn synthesizer(&self) -> Provider {
        match self {
            Self::Embedded => Provider::Embedded,
            Self::System(_) => Provider::EspeakNg,
        }
    }

    /// Returns the text of the samples. `None` if there is none.
    pub(crate) async fn recognize(&self, audio: Vec<i16>) -> Result<Option<String>, SpeechError> {
        match self {
            Self::Embedded => blocking(move || audio::recognize(&audio)).await,
            Self::System(system) => system.recognize(&audio).await,
        }
    }

    /// Returns the sound of a text.
    pub(crate) async fn speak(&self, text: &str, voice: Voice) -> Result<Vec<i16>, SpeechError> {
        let text = text.to_owned();
        match self {
            Self::Embedded => blocking(move || synth::speak(&text, voice)).await,
            Self::System(system) => system.speak(&text, voice).await,
        }
    }
}

/// Computes where it does not keep other tasks waiting.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, SpeechError> {
    let done = context::spawn_blocking(work).await;
    done.map_err(|_| SpeechError::Interrupted)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;

    #[tokio::test]
    async fn embedded_providers_understand_each_other() {
        let speech = Speech::choose(Choice::Embedded).await.unwrap();
        let audio = speech.speak("Halt!", Voice::PLAYER).await.unwrap();
        let heard = speech.recognize(audio).await.unwrap();
        assert_eq!(heard.as_deref(), Some("Halt!"));
    }

    #[tokio::test]
    #[ignore = "needs espeak-ng and pocketsphinx"]
    async fn programs_of_the_system_are_called() {
        let speech = Speech::choose(Choice::System).await.unwrap();
        let mut heard = Vec::new();
        for words in ["Good morning, guard. Please open the gate.", "No."] {
            let audio = speech.speak(words, Voice::PLAYER).await.unwrap();
            heard.push(speech.recognize(audio).await.unwrap());
        }
        // It understands little of a synthetic voice, but more words of a longer text.
        let count = |text: &Option<String>| text.as_ref().map(|text| text.split(' ').count());
        let words = heard.iter().map(count);
        let mut words = words.rev();
        assert!(words.next() < words.next(), "{heard:?}");
        let silence = speech.recognize(vec![0; 16_000]).await.unwrap();
        assert_eq!(silence, None);
    }
}
