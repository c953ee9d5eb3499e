//! The characters of the game: voices, and rules for answers.

use crate::audio::synth::Voice;
use crate::telemetry::Provider;

/// A character that players talk to.
#[derive(Debug)]
pub(crate) struct Npc {
    pub(crate) id: &'static str,
    /// The provider of its language model.
    pub(crate) mind: Provider,
    /// The provider to use if `mind` fails.
    pub(crate) substitute: Provider,
    pub(crate) voice: Voice,
    pub(crate) rules: &'static [Rule],
    /// The answer if no rule matches.
    pub(crate) otherwise: &'static str,
    /// The first words of an answer with a tool's result.
    pub(crate) telling: &'static str,
    /// The first words of an answer about a tool's failure.
    pub(crate) regretting: &'static str,
}

/// The rule to say `answer` if the words contain one of `cues`.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) cues: &'static [&'static str],
    pub(crate) answer: &'static str,
}

pub(crate) static BARTENDER: Npc = Npc {
    id: "bartender_01",
    mind: Provider::Anthropic,
    substitute: Provider::OpenAi,
    voice: Voice {
        pitch_hz: 120.0,
        slowness: 1.0,
    },
    rules: &[
        Rule {
            cues: &["tap", "drink"],
            answer: "Welcome in! Tonight we pour dark ale and honey mead.",
        },
        Rule {
            cues: &["ale", "mead", "round"],
            answer: "A round it is. That makes five coppers.",
        },
    ],
    otherwise: "Speak up, it is loud in here.",
    telling: "The dice are down!",
    regretting: "Not in my tavern:",
};

pub(crate) static GUARD: Npc = Npc {
    id: "guard_02",
    mind: Provider::Ollama,
    substitute: Provider::Anthropic,
    voice: Voice {
        pitch_hz: 95.0,
        slowness: 0.9,
    },
    rules: &[Rule {
        cues: &["gate", "open"],
        answer: "Halt! Nobody passes before the bell.",
    }],
    otherwise: "Move along.",
    telling: "I saw that!",
    regretting: "Nice try:",
};

pub(crate) static SAGE: Npc = Npc {
    id: "sage_03",
    mind: Provider::OpenAi,
    substitute: Provider::Anthropic,
    voice: Voice {
        pitch_hz: 150.0,
        slowness: 1.2,
    },
    rules: &[Rule {
        cues: &["farewell", "thank"],
        answer: "May the stars light your way.",
    }],
    otherwise: "The question is older than the answer.",
    telling: "It is written.",
    regretting: "No scroll can tell:",
};
