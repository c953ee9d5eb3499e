//! Calls of the tools that a client offers, and what is said of their results.

use serde_json::{Value, json};

use super::{dice, hash};

/// A tool that a client offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tool {
    pub(crate) name: String,
    /// The name of its first parameter.
    pub(crate) parameter: String,
}

/// A call of a tool: its name, and its arguments as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToolCall {
    pub(crate) name: String,
    pub(crate) arguments: String,
}

impl Tool {
    pub(crate) fn parse(tool: &Value) -> Option<Self> {
        let function = tool.get("function")?;
        let properties = function.pointer("/parameters/properties")?.as_object()?;
        Some(Self {
            name: function.get("name")?.as_str()?.to_owned(),
            parameter: properties.keys().next()?.clone(),
        })
    }

    fn call(&self, argument: &str) -> ToolCall {
        ToolCall {
            name: self.name.clone(),
            arguments: json!({ self.parameter.as_str(): argument }).to_string(),
        }
    }
}

/// Returns the call that a prompt asks for. A tool such as `dice_roll` rolls the dice of the prompt, and
/// one such as `lookup_spell` looks up what the prompt calls a spell, or casts.
pub(crate) fn call(prompt: &str, tools: &[Tool]) -> Option<ToolCall> {
    let lower = prompt.to_lowercase();
    tools.iter().find_map(|tool| {
        if tool.name.contains("dice") {
            return Some(tool.call(dice::named(prompt)?));
        }
        let thing = tool.name.strip_prefix("lookup_")?;
        Some(tool.call(named(&lower, thing)?))
    })
}

/// Returns the name of a thing, as in "what does the fireball spell do?" or "I cast misty step."
fn named<'p>(prompt: &'p str, thing: &str) -> Option<&'p str> {
    let cast = || prompt.split_once("i cast ").filter(|_| thing == "spell");
    let before = || {
        let (before, _) = prompt.split_once(&format!(" {thing}"))?;
        Some(before.rsplit_once("the ")?.1)
    };
    let name = cast().map(|(_, name)| name).or_else(before)?;
    let name = name.split(['.', ',', '?', '!']).next()?.trim();
    (!name.is_empty()).then_some(name)
}

/// Returns what is said of the result of a tool.
pub(super) fn told(result: &str) -> String {
    let beginning = match hash(result) % 3 {
        0 => "So it is written.",
        1 => "Hear this.",
        _ => "Now you know.",
    };
    format!("{beginning} {result}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools() -> Vec<Tool> {
        let tool = |name: &str, parameter: &str| Tool {
            name: name.to_owned(),
            parameter: parameter.to_owned(),
        };
        vec![tool("dice_roll", "dice"), tool("lookup_spell", "name")]
    }

    #[test]
    fn prompts_call_the_tools_that_are_offered() {
        for (prompt, name, arguments) in [
            ("I bet. Roll 2d6+1.", "dice_roll", r#"{"dice":"2d6+1"}"#),
            (
                "Then I cast Misty Step.",
                "lookup_spell",
                r#"{"name":"misty step"}"#,
            ),
            (
                "What does the fireball spell do?",
                "lookup_spell",
                r#"{"name":"fireball"}"#,
            ),
        ] {
            let called = call(prompt, &tools());
            let called = called.unwrap_or_else(|| unreachable!("{prompt} calls a tool"));
            assert_eq!(
                (called.name.as_str(), called.arguments.as_str()),
                (name, arguments)
            );
            assert_eq!(call(prompt, &[]), None);
        }
    }

    #[test]
    fn prompts_about_other_things_call_no_tool() {
        for prompt in ["", "Roll over!", "Spell it.", "Forecast rain", "I cast ."] {
            assert_eq!(call(prompt, &tools()), None, "{prompt}");
        }
    }
}
