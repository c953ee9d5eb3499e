//! Tokens of a text.

/// Returns the tokens of a text: words and marks, each with the white space before it. Together they
/// are the text.
///
/// ```
/// use glyph_example_model::tokens;
///
/// assert_eq!(tokens("Roll 2d6, sage!"), ["Roll", " 2d6", ",", " sage", "!"]);
/// ```
#[must_use]
pub fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (token, after) = rest.split_at(end_of_first(rest));
        tokens.push(token);
        rest = after;
    }
    tokens
}

/// Returns the length of the first token, which is the whole text if only white space is left.
fn end_of_first(text: &str) -> usize {
    let word = text.trim_start();
    let space = text.len().saturating_sub(word.len());
    let end = word.find(|at: char| !at.is_alphanumeric());
    let mark = word.chars().next().map_or(0, char::len_utf8);
    space.saturating_add(end.unwrap_or(word.len()).max(mark))
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn tokens_together_are_the_text() {
        for text in [
            "",
            "  ",
            "a",
            " a  b. ",
            "Grüße, Elfe!",
            "...",
            "6 * 7 is 42.\n",
        ] {
            assert_eq!(tokens(text).concat(), text);
        }
        assert_eq!(tokens("6 * 7 is 42.").len(), 6);
    }
}
