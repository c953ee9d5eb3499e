//! The language model, simulated by a character's rules.

use glyph_runtime::instrument_stage;

use super::tools::{self, ToolError};
use crate::game::dice::Dice;
use crate::network::{Network, ProviderFault};
use crate::npc::Npc;
use crate::telemetry::{Provider, stage};

/// The prompt of the model.
#[derive(Debug)]
pub(crate) enum Prompt<'a> {
    /// The words of a player.
    Player(&'a str),
    /// The result of the tool that the model called.
    Tool(&'a Result<String, ToolError>),
}

/// The output of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Completion {
    /// An answer of the character.
    Say(String),
    /// A request to call a tool; the result is the next prompt.
    Call { tool: String, argument: String },
}

/// Asks the model of `npc`, and the substitute if the model fails.
pub(crate) async fn ask(
    network: &Network,
    npc: &Npc,
    prompt: Prompt<'_>,
) -> Result<Completion, ProviderFault> {
    if let Ok(completion) = complete(network, npc, npc.mind, &prompt).await {
        return Ok(completion);
    }
    let (from, to) = (npc.mind, npc.substitute);
    tracing::info!(?from, ?to, "falling back to another provider");
    complete(network, npc, npc.substitute, &prompt).await
}

#[instrument_stage(stage::llm, labels(provider), fields(npc = npc.id))]
async fn complete(
    network: &Network,
    npc: &Npc,
    provider: Provider,
    prompt: &Prompt<'_>,
) -> Result<Completion, ProviderFault> {
    let millis = match provider {
        Provider::Ollama => 15..=35,
        _ => 30..=60,
    };
    network.call(millis).await?;
    Ok(think(npc, prompt))
}

fn think(npc: &Npc, prompt: &Prompt<'_>) -> Completion {
    match prompt {
        Prompt::Player(words) => {
            requested_tool(words).unwrap_or_else(|| Completion::Say(answer(npc, words)))
        }
        Prompt::Tool(Ok(result)) => Completion::Say(format!("{} {result}", npc.telling)),
        Prompt::Tool(Err(error)) => Completion::Say(format!("{} {error}.", npc.regretting)),
    }
}

/// Returns the tool call that the words ask for.
fn requested_tool(words: &str) -> Option<Completion> {
    let words = words.to_lowercase();
    if words.contains("roll") {
        let dice = words
            .split_whitespace()
            .map(|word| word.trim_matches(['.', ',', '?', '!']));
        let dice = dice
            .filter(|word| word.contains('d'))
            .find(|word| word.parse::<Dice>().is_ok());
        return dice.map(|dice| call(tools::DICE_ROLL, dice));
    }
    spell(&words).map(|spell| call(tools::LOOKUP_SPELL, spell))
}

/// Returns the spell of "I cast misty step." or of "what does the fireball spell do?".
fn spell(words: &str) -> Option<&str> {
    let cast = words.split_once("cast ").map(|(_, spell)| spell);
    let named = || Some(words.split_once(" spell")?.0.rsplit_once("the ")?.1);
    cast.or_else(named)
        .map(|spell| spell.trim_matches(['.', ',', '?', '!', ' ']))
}

fn call(tool: &str, argument: &str) -> Completion {
    Completion::Call {
        tool: tool.to_owned(),
        argument: argument.to_owned(),
    }
}

fn answer(npc: &Npc, words: &str) -> String {
    let words = words.to_lowercase();
    let rule = npc
        .rules
        .iter()
        .find(|rule| rule.cues.iter().any(|cue| words.contains(cue)));
    rule.map_or(npc.otherwise, |rule| rule.answer).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::npc::{BARTENDER, GUARD, SAGE};

    fn say(words: &str) -> Completion {
        Completion::Say(words.to_owned())
    }

    #[test]
    fn rules_answer_in_character() {
        let player = |npc, words| think(npc, &Prompt::Player(words));
        assert_eq!(
            player(&GUARD, "Please open the gate."),
            say("Halt! Nobody passes before the bell.")
        );
        assert_eq!(
            player(&SAGE, "Farewell!"),
            say("May the stars light your way.")
        );
        assert_eq!(player(&BARTENDER, "Hm."), say(BARTENDER.otherwise));
    }

    #[test]
    fn dice_and_spells_call_the_tools() {
        for (words, tool, argument) in [
            ("I bet on the dice. Roll 2d6+1.", tools::DICE_ROLL, "2d6+1"),
            ("Roll D20 and hope!", tools::DICE_ROLL, "d20"),
            ("Then I cast misty step.", tools::LOOKUP_SPELL, "misty step"),
            (
                "What does the fireball spell do?",
                tools::LOOKUP_SPELL,
                "fireball",
            ),
            (
                "And what about the endless soup spell?",
                tools::LOOKUP_SPELL,
                "endless soup",
            ),
        ] {
            assert_eq!(requested_tool(words), Some(call(tool, argument)), "{words}");
        }
        for words in [
            "Roll over, and die in 3 days",
            "Spell it out",
            "A spell",
            "",
        ] {
            assert_eq!(requested_tool(words), None, "{words}");
        }
    }

    #[test]
    fn tool_results_and_failures_are_in_the_answer() {
        let won = Ok("2d6+1 gives 9.".to_owned());
        assert_eq!(
            think(&BARTENDER, &Prompt::Tool(&won)),
            say("The dice are down! 2d6+1 gives 9.")
        );
        let lost = Err(ToolError::UnknownTool);
        assert_eq!(
            think(&SAGE, &Prompt::Tool(&lost)),
            say("No scroll can tell: unknown tool.")
        );
    }
}
