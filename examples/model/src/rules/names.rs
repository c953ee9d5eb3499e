//! The name of the user, said in an earlier message.

const INTRODUCTIONS: [&str; 3] = ["my name is ", "call me ", "i am called "];
const QUESTIONS: [&str; 3] = ["what is my name", "what's my name", "who am i"];

/// Greets a user who says a name, and answers who asks for it.
pub(super) fn answer(prompt: &str, earlier: &[&str]) -> Option<String> {
    if let Some(name) = introduced(prompt) {
        return Some(format!("Well met, {name}!"));
    }
    let lower = prompt.to_ascii_lowercase();
    let is_asked = QUESTIONS.iter().any(|question| lower.contains(question));
    is_asked.then(|| {
        let name = earlier.iter().rev().find_map(|text| introduced(text));
        name.map_or_else(
            || "You did not say your name.".to_owned(),
            |name| format!("Your name is {name}."),
        )
    })
}

fn introduced(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let start = INTRODUCTIONS.iter().find_map(|introduction| {
        let at = lower.find(introduction)?;
        at.checked_add(introduction.len())
    })?;
    let mut words = text.get(start..)?.split(|at: char| !at.is_alphanumeric());
    words.next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn name_is_remembered() {
        let said = ["My name is Ada, and yours?", "I like tea."];
        assert_eq!(answer(said[0], &[]).as_deref(), Some("Well met, Ada!"));
        let asked = "Who am I?";
        assert_eq!(answer(asked, &said).as_deref(), Some("Your name is Ada."));
        assert_eq!(
            answer(asked, &[]).as_deref(),
            Some("You did not say your name.")
        );
        assert_eq!(answer("Good day.", &said), None);
    }
}
