//! Instrumented methods: of an `impl` block, of a trait, and of a type.

use std::io;

use glyph_runtime::{instrument_stage, instrument_stages};

use crate::telemetry::{Provider, stage};

/// Synthesizes speech.
pub trait Speak {
    /// Returns the number of samples.
    ///
    /// # Errors
    ///
    /// Returns an error if `text` is empty.
    fn speak(&self, text: &str) -> io::Result<usize>;
}

/// A client of a provider.
pub struct Client {
    provider: Provider,
}

impl Speak for Client {
    #[instrument_stage(stage::tts, labels(provider = self.provider), err = event(level = warn))]
    fn speak(&self, text: &str) -> io::Result<usize> {
        if text.is_empty() {
            Err(io::ErrorKind::InvalidInput.into())
        } else {
            Ok(text.len())
        }
    }
}

#[instrument_stages(labels(provider = self.provider))]
impl Client {
    /// Sends a recording.
    #[stage(stage::stt, fields(bytes = recording.len()))]
    pub async fn upload(&self, recording: &[u8]) -> io::Result<usize> {
        Ok(recording.len())
    }

    /// Answers a question.
    #[stage(stage::tts, skip_span)]
    pub fn answer(&mut self, question: &str) -> io::Result<String> {
        Ok(question.to_uppercase())
    }

    /// Returns the provider. It is not measured.
    #[must_use]
    pub const fn provider(&self) -> Provider {
        self.provider
    }
}
