//! The tools that the language model may call.

use glyph_runtime::instrument_stage;
use serde_json::{Value, json};
use thiserror::Error;

use crate::fault::{Fault, Faults};
use crate::game::dice::{Dice, DiceError};
use crate::game::spellbook::{Spellbook, SpellbookError};
use crate::telemetry::stage;

/// Rolls dice such as `2d6+1`.
pub(crate) const DICE_ROLL: &str = "dice_roll";
/// Looks a spell up by its name.
pub(crate) const LOOKUP_SPELL: &str = "lookup_spell";

/// Errors of a tool.
#[derive(Debug, Error)]
pub(crate) enum ToolError {
    #[error("unknown tool")]
    UnknownTool,
    #[error("unknown spell {0}")]
    UnknownSpell(String),
    #[error(transparent)]
    Dice(#[from] DiceError),
    #[error(transparent)]
    Spellbook(#[from] SpellbookError),
}

/// Returns the tools, as the model is told of them.
pub(crate) fn offered() -> Value {
    let tool = |name: &str, description: &str, parameter: &str| {
        let properties = json!({ parameter: {"type": "string"} });
        json!({"type": "function", "function": {
            "name": name,
            "description": description,
            "parameters": {"type": "object", "properties": properties, "required": [parameter]},
        }})
    };
    json!([
        tool(DICE_ROLL, "Rolls dice such as 2d6+1.", "dice"),
        tool(LOOKUP_SPELL, "Looks up a spell by its name.", "name"),
    ])
}

/// Returns the first argument of a call, whose arguments are JSON.
pub(crate) fn argument(arguments: &str) -> String {
    let arguments: Value = serde_json::from_str(arguments).unwrap_or_default();
    let mut values = arguments.as_object().into_iter().flatten();
    let first = values.next().and_then(|(_, value)| value.as_str());
    first.unwrap_or_default().to_owned()
}

/// Runs the tool named `tool`.
#[instrument_stage(stage::tool, labels(tool = tool), fields(argument))]
pub(crate) async fn execute(
    spellbook: &Spellbook,
    faults: &Faults,
    tool: &str,
    argument: &str,
) -> Result<String, ToolError> {
    faults.delay(Fault::ToolSlow).await;
    if faults.hits(Fault::Tool) {
        spellbook.find_in_missing_table().await?;
    }
    match tool {
        DICE_ROLL => {
            let dice: Dice = argument.parse()?;
            let total = dice.roll(&mut fastrand::Rng::new());
            Ok(format!("{dice} gives {total}."))
        }
        LOOKUP_SPELL => {
            let spell = spellbook.find(argument).await?;
            spell.ok_or_else(|| ToolError::UnknownSpell(argument.to_owned()))
        }
        _ => Err(ToolError::UnknownTool),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;

    async fn run(fault: Option<Fault>, tool: &str, argument: &str) -> Result<String, ToolError> {
        let faults = Faults::new(fault, 0.0);
        execute(&Spellbook::open(None).unwrap(), &faults, tool, argument).await
    }

    #[tokio::test]
    async fn tools_return_results() {
        assert_eq!(run(None, DICE_ROLL, "7+3").await.unwrap(), "7+3 gives 10.");
        let fireball = run(None, LOOKUP_SPELL, "Fireball").await.unwrap();
        assert!(fireball.contains("8d6 fire damage"), "{fireball}");
    }

    #[tokio::test]
    async fn tools_fail_with_a_reason() {
        for (fault, tool, argument, reason) in [
            (None, DICE_ROLL, "0d6", "dice"),
            (None, LOOKUP_SPELL, "soup", "unknown spell soup"),
            (None, "open_gate", "", "unknown tool"),
            (Some(Fault::Tool), DICE_ROLL, "d6", "no such table"),
        ] {
            let error = run(fault, tool, argument).await.unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn first_argument_is_read_from_json() {
        assert_eq!(argument(r#"{"dice":"2d6"}"#), "2d6");
        assert_eq!(argument("2d6"), "");
    }
}
