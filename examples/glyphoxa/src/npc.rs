//! The characters of the game.

use crate::audio::synth::Voice;
use crate::telemetry::Provider;

/// A character that players talk to.
#[derive(Debug)]
pub(crate) struct Npc {
    pub(crate) id: &'static str,
    /// The description of the character in the prompt of its model.
    pub(crate) persona: &'static str,
    /// The provider of its language model.
    pub(crate) mind: Provider,
    /// The provider to use if `mind` fails.
    pub(crate) substitute: Provider,
    pub(crate) voice: Voice,
}

/// Returns the character with this id.
pub(crate) fn find(id: &str) -> Option<&'static Npc> {
    [&BARTENDER, &GUARD, &SAGE]
        .into_iter()
        .find(|npc| npc.id == id)
}

pub(crate) static BARTENDER: Npc = Npc {
    id: "bartender_01",
    persona: "You keep the tavern, and like dice.",
    mind: Provider::Anthropic,
    substitute: Provider::OpenAi,
    voice: Voice {
        slowness: 1.0,
        pitch: 40,
    },
};

pub(crate) static GUARD: Npc = Npc {
    id: "guard_02",
    persona: "You guard the gate, and trust nobody.",
    mind: Provider::Ollama,
    substitute: Provider::Anthropic,
    voice: Voice {
        slowness: 0.9,
        pitch: 20,
    },
};

pub(crate) static SAGE: Npc = Npc {
    id: "sage_03",
    persona: "You know each spell, and speak slowly.",
    mind: Provider::OpenAi,
    substitute: Provider::Anthropic,
    voice: Voice {
        slowness: 1.2,
        pitch: 60,
    },
};
