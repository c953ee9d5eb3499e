//! Sums and products, such as `6 * 7 - 2`.

const OPERATORS: [char; 4] = ['+', '-', '*', '/'];

/// Calculates the first expression of a prompt.
pub(super) fn answer(prompt: &str) -> Option<String> {
    let is_part =
        |at: char| at.is_ascii_digit() || at == ' ' || at == '.' || OPERATORS.contains(&at);
    let parts = prompt.split(|at: char| !is_part(at));
    let mut expressions = parts.map(|part| part.trim_matches([' ', '.']));
    let (expression, value) = expressions.find_map(|expression| {
        let is_calculation = expression.contains(OPERATORS);
        is_calculation.then_some(())?;
        Some((expression, value(expression)?))
    })?;
    Some(if value.is_finite() {
        // Four decimals are enough for a conversation.
        let shown = (value * 10_000.0).round() / 10_000.0;
        format!("{expression} is {shown}.")
    } else {
        format!("{expression} has no value.")
    })
}

/// Returns the value of an expression: products before sums, from left to right.
fn value(expression: &str) -> Option<f64> {
    let (first, mut rest) = number(expression)?;
    let mut terms = vec![first];
    loop {
        let mut letters = rest.trim_start().chars();
        let Some(operator) = letters.next() else {
            return Some(terms.iter().sum());
        };
        let (number, after) = number(letters.as_str())?;
        rest = after;
        match operator {
            '+' => terms.push(number),
            '-' => terms.push(-number),
            '*' => {
                let factor = terms.pop()?;
                terms.push(factor * number);
            }
            '/' => {
                let dividend = terms.pop()?;
                terms.push(dividend / number);
            }
            _ => return None,
        }
    }
}

/// Returns the number at the start of a text, and the rest.
fn number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim_start();
    let end = text.find(|at: char| !(at.is_ascii_digit() || at == '.'));
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn expressions_are_calculated() {
        for (prompt, expected) in [
            ("What is 6 * 7?", "6 * 7 is 42."),
            ("2 + 3 * 4 - 1, please.", "2 + 3 * 4 - 1 is 13."),
            ("1/3", "1/3 is 0.3333."),
            ("7 / 0 now", "7 / 0 has no value."),
        ] {
            assert_eq!(answer(prompt).as_deref(), Some(expected));
        }
    }

    #[test]
    fn text_with_marks_is_not_calculated() {
        for prompt in [
            "",
            "well-known",
            "and/or",
            "1.2.3 + 1",
            "5 -",
            "3 dragons",
            "* 4",
        ] {
            assert_eq!(answer(prompt), None, "{prompt}");
        }
    }
}
