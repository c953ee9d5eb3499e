//! The failures that the program can make happen.

use clap::ValueEnum;
use glyph_example_model as model;

use crate::stages::engine::Trouble;

/// A failure that `--fault` makes happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// An offer gets no port: the address for media is not one of this machine.
    OfferFails,
    /// An offer gets no response within its time limit.
    OfferSlow,
    /// The network loses every packet of a peer.
    Ice,
    /// The offer arrives with the fingerprint of another certificate.
    Dtls,
    /// The recognizer does not run.
    SttDown,
    /// All slots of the recognizer are in use.
    SttBusy,
    /// The recognizer ends in the middle of an utterance.
    SttLost,
    /// The language model answers the first attempt with 503.
    LlmFlaky,
    /// The language model answers with 429.
    LlmBusy,
    /// The language model answers with 500.
    LlmFailing,
    /// The connection to the language model ends after two tokens.
    LlmCut,
    /// The language model answers later than its time limit.
    LlmSlow,
    /// The synthesizer does not run.
    TtsDown,
    /// All slots of the synthesizer are in use.
    TtsBusy,
    /// The synthesizer ends in the middle of a sentence.
    TtsLost,
    /// The store of recordings answers with 503.
    StoreFailing,
    /// The store of recordings answers later than its time limit.
    StoreSlow,
    /// Nothing listens at the address of the store.
    StoreDown,
}

impl Fault {
    /// Returns the trouble of the recognizer.
    pub(crate) const fn of_stt(self) -> Option<Trouble> {
        match self {
            Self::SttDown => Some(Trouble::Down),
            Self::SttBusy => Some(Trouble::Busy),
            Self::SttLost => Some(Trouble::Lost),
            _ => None,
        }
    }

    /// Returns the trouble of the synthesizer.
    pub(crate) const fn of_tts(self) -> Option<Trouble> {
        match self {
            Self::TtsDown => Some(Trouble::Down),
            Self::TtsBusy => Some(Trouble::Busy),
            Self::TtsLost => Some(Trouble::Lost),
            _ => None,
        }
    }

    /// Returns the failure that the language model is asked for.
    pub(crate) const fn of_llm(self) -> Option<model::Fault> {
        match self {
            Self::LlmFlaky => Some(model::Fault::Flaky),
            Self::LlmBusy => Some(model::Fault::Busy),
            Self::LlmFailing => Some(model::Fault::Failing),
            Self::LlmCut => Some(model::Fault::Cut),
            Self::LlmSlow => Some(model::Fault::Slow),
            _ => None,
        }
    }
}
