//! The rules that answer a prompt.

mod arithmetic;
mod dice;
mod names;
mod subjects;
mod tools;

pub(crate) use tools::{Tool, ToolCall, call};

use crate::Message;

/// Returns the answer to a conversation. The first rule that knows one gives it.
///
/// ```
/// use glyph_example_model::{Message, answer};
///
/// let conversation = [Message::user("My name is Ada."), Message::user("What is my name?")];
/// assert_eq!(answer(&conversation), "Your name is Ada.");
/// ```
#[must_use]
pub fn answer(messages: &[Message]) -> String {
    if let Some(result) = messages.last().filter(|last| last.role == "tool") {
        return tools::told(&result.content);
    }
    let mut asked = messages.iter().filter(|message| message.role == "user");
    let prompt = asked.next_back();
    let prompt = prompt.map_or("", |message| message.content.as_str());
    let earlier: Vec<_> = asked.map(|message| message.content.as_str()).collect();
    let answer = dice::answer(prompt, earlier.len())
        .or_else(|| arithmetic::answer(prompt))
        .or_else(|| names::answer(prompt, &earlier))
        .or_else(|| subjects::answer(prompt));
    answer.unwrap_or_else(|| "I am listening.".to_owned())
}

/// Returns a number that depends on each byte of a text (FNV-1a).
fn hash(text: &str) -> u64 {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    text.bytes().fold(START, mix)
}
