//! The tools that the language model may call.

use glyph_runtime::instrument_stage;
use thiserror::Error;

use crate::game::dice::{Dice, DiceError};
use crate::game::spellbook::Spellbook;
use crate::network::work;
use crate::telemetry::stage;

/// Rolls dice such as `2d6+1`.
pub(crate) const DICE_ROLL: &str = "dice_roll";
/// Looks a spell up by its name.
pub(crate) const LOOKUP_SPELL: &str = "lookup_spell";

/// Errors of a tool.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum ToolError {
    #[error("unknown tool")]
    UnknownTool,
    #[error("unknown spell {0}")]
    UnknownSpell(String),
    #[error(transparent)]
    Dice(#[from] DiceError),
}

/// Runs the tool named `tool`.
#[instrument_stage(stage::tool, labels(tool = tool), fields(argument))]
pub(crate) async fn execute(
    spellbook: &Spellbook,
    tool: &str,
    argument: &str,
) -> Result<String, ToolError> {
    match tool {
        DICE_ROLL => {
            work(1..=4).await;
            let dice: Dice = argument.parse()?;
            Ok(format!(
                "{dice} gives {}.",
                dice.roll(&mut fastrand::Rng::new())
            ))
        }
        LOOKUP_SPELL => {
            work(5..=20).await;
            let spell = spellbook.find(argument);
            let spell = spell.ok_or_else(|| ToolError::UnknownSpell(argument.to_owned()))?;
            Ok(spell.to_string())
        }
        _ => Err(ToolError::UnknownTool),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;

    async fn run(tool: &str, argument: &str) -> Result<String, ToolError> {
        execute(&Spellbook::open().unwrap(), tool, argument).await
    }

    #[tokio::test(start_paused = true)]
    async fn tools_return_results() {
        assert_eq!(run(DICE_ROLL, "7+3").await.unwrap(), "7+3 gives 10.");
        assert!(
            run(LOOKUP_SPELL, "Fireball")
                .await
                .unwrap()
                .contains("8d6 fire damage")
        );
    }

    #[tokio::test(start_paused = true)]
    async fn tools_fail_with_a_reason() {
        assert_eq!(
            run(DICE_ROLL, "0d6").await,
            Err(ToolError::Dice(DiceError::Count))
        );
        let soup = ToolError::UnknownSpell("soup".to_owned());
        assert_eq!(run(LOOKUP_SPELL, "soup").await, Err(soup));
        assert_eq!(run("open_gate", "").await, Err(ToolError::UnknownTool));
    }
}
