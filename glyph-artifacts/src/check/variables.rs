//! Grafana's variables in expressions (Grafana, "Variable syntax").

use std::sync::LazyLock;

use promql_parser::parser::Expr;
use regex::Regex;

use super::expression::parse;

/// The beginning of a name or text that stands for the value of a variable.
pub(super) const PLACEHOLDER: &str = "GlyphVariable";

/// The largest number of readings of an expression: each variable can be a number or a name.
const READINGS: usize = 64;

/// The variables of Grafana whose values are numbers.
const NUMBERS: [&str; 5] = ["__range_s", "__range_ms", "__interval_ms", "__from", "__to"];

/// The words before parentheses with labels.
const LABEL_LISTS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

/// The words before an operand.
const KEYWORDS: [&str; 12] = [
    "and",
    "or",
    "unless",
    "atan2",
    "bool",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "offset",
];

const QUOTES: [char; 3] = ['"', '\'', '`'];

/// An expression with its variables replaced, so that it can be PromQL.
pub(super) struct Replaced {
    /// The text between variables, and what can be in the place of a variable.
    parts: Vec<Part>,
    /// The variables as written.
    variables: Vec<String>,
}

enum Part {
    Text(String),
    OneOf(Vec<String>),
}

impl Replaced {
    pub(super) fn new(expr: &str) -> Self {
        let mut reader = Reader::default();
        let mut rest = expr;
        while let Some(letter) = rest.chars().next() {
            let found = variable(rest);
            let length = found.as_ref().map_or(letter.len_utf8(), |found| found.len);
            let Some((read, after)) = rest.split_at_checked(length) else {
                break;
            };
            match found {
                Some(found) => reader.variable(&found.name, read, after),
                None => reader.letter(letter),
            }
            rest = after;
        }
        reader.finish()
    }

    /// Parses the expression: the first reading of its variables that is PromQL.
    pub(super) fn parse(&self) -> Result<Expr, String> {
        let mut readings = vec![String::new()];
        for part in &self.parts {
            match part {
                Part::Text(text) => readings
                    .iter_mut()
                    .for_each(|reading| reading.push_str(text)),
                Part::OneOf(values) => {
                    let count = (READINGS / readings.len()).clamp(1, values.len());
                    let extended = readings.iter().flat_map(|reading| {
                        let values = values.iter().take(count);
                        values.map(move |value| format!("{reading}{value}"))
                    });
                    readings = extended.collect();
                }
            }
        }
        let mut readings = readings.iter().map(|reading| parse(reading));
        let first = readings
            .next()
            .unwrap_or_else(|| Err("it is empty".to_owned()));
        let error = match first {
            Ok(parsed) => return Ok(parsed),
            Err(error) => error,
        };
        readings.find_map(Result::ok).ok_or(error)
    }

    /// Returns a message with the variables as written.
    pub(super) fn restored(&self, message: &str) -> String {
        let numbered = self.variables.iter().enumerate();
        numbered.fold(message.to_owned(), |message, (index, variable)| {
            message.replace(&placeholder(index), variable)
        })
    }
}

/// Returns a regular expression in which each variable matches any text.
pub(super) fn as_pattern(text: &str) -> String {
    static PLACEHOLDERS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(&format!("{PLACEHOLDER}[0-9]+x")).ok());
    match PLACEHOLDERS.as_ref() {
        Some(placeholders) => placeholders.replace_all(text, ".*").into_owned(),
        None => text.to_owned(),
    }
}

fn placeholder(index: usize) -> String {
    format!("{PLACEHOLDER}{index}x")
}

struct Variable {
    name: String,
    len: usize,
}

/// Returns the variable at the start of a text: `$name`, `${name:format}` or `[[name]]`.
fn variable(text: &str) -> Option<Variable> {
    static VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"^(?:\$\{(\w+)(?:\.[\w.]+)?(?::[^}]*)?\}|\$([A-Za-z_]\w*)|\[\[(\w+)(?::\w+)?\]\])",
        )
        .ok()
    });
    let found = VARIABLE.as_ref()?.captures(text)?;
    let name = (1..=3).find_map(|group| found.get(group))?;
    Some(Variable {
        name: name.as_str().to_owned(),
        len: found.get(0)?.len(),
    })
}

/// Where a variable is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Arguments,
    Labels,
    Matchers,
    Range,
}

/// Reads an expression from left to right.
#[derive(Default)]
struct Reader {
    parts: Vec<Part>,
    variables: Vec<String>,
    /// All that was read since the last variable.
    text: String,
    /// All that was read, without strings.
    code: String,
    quote: Option<char>,
    is_escaped: bool,
    places: Vec<Place>,
}

impl Reader {
    fn letter(&mut self, letter: char) {
        self.text.push(letter);
        match self.quote {
            Some(_) if self.is_escaped => self.is_escaped = false,
            Some('"' | '\'') if letter == '\\' => self.is_escaped = true,
            Some(quote) => {
                if letter == quote {
                    self.quote = None;
                }
            }
            None => self.code_letter(letter),
        }
    }

    fn code_letter(&mut self, letter: char) {
        match letter {
            '"' | '\'' | '`' => self.quote = Some(letter),
            // A comment, in which quotes do not count.
            '#' => self.quote = Some('\n'),
            '(' if LABEL_LISTS.contains(&last_word(&self.code)) => self.places.push(Place::Labels),
            '(' => self.places.push(Place::Arguments),
            '{' => self.places.push(Place::Matchers),
            '[' => self.places.push(Place::Range),
            ')' | '}' | ']' => {
                self.places.pop();
            }
            _ => {}
        }
        self.code.push(letter);
    }

    fn variable(&mut self, name: &str, written: &str, after: &str) {
        let placeholder = placeholder(self.variables.len());
        self.variables.push(written.to_owned());
        let values = self.values(name, placeholder, after);
        self.parts.push(Part::Text(std::mem::take(&mut self.text)));
        self.parts.push(Part::OneOf(values));
        self.code.push('x');
    }

    /// Returns what can be in the place of a variable.
    fn values(&self, name: &str, placeholder: String, after: &str) -> Vec<String> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let before = self.code.trim_end();
        let continues = after.starts_with(is_part);
        let is_time = self.places.last() == Some(&Place::Range)
            || last_word(before.trim_end_matches(['-', '+'])) == "offset";
        if self.quote.is_some() {
            return vec![placeholder];
        }
        if is_time {
            return vec![if continues { "900" } else { "5m" }.to_owned()];
        }
        if before.ends_with('@') {
            return vec!["0".to_owned()];
        }
        let next = after.trim_start();
        let is_in_matchers = self.places.last() == Some(&Place::Matchers);
        if is_in_matchers && before.ends_with(is_part) && next.starts_with(QUOTES) {
            // The operator of a matcher.
            return vec!["=~".to_owned()];
        }
        if is_in_matchers && !next.starts_with(['=', '!']) {
            // Whole matchers, as of an ad hoc filter.
            return vec![format!("{placeholder}=\"x\"")];
        }
        let is_name = continues
            || self.code.ends_with(is_part)
            || next.starts_with(['{', '['])
            || matches!(self.places.last(), Some(Place::Labels | Place::Matchers));
        if is_name {
            return vec![placeholder];
        }
        if self.is_after_operand() {
            return after_operand(placeholder, before);
        }
        let word = next.split(|letter: char| !is_part(letter)).next();
        if next.starts_with('(') || matches!(word, Some("by" | "without")) {
            return vec!["sum".to_owned(), "rate".to_owned(), placeholder];
        }
        if NUMBERS.contains(&name) {
            return vec!["1".to_owned()];
        }
        vec!["1".to_owned(), placeholder]
    }

    /// Returns whether an operand is read, after which an operator or a modifier comes.
    fn is_after_operand(&self) -> bool {
        let before = self.code.trim_end();
        let is_keyword = KEYWORDS.contains(&last_word(before));
        let ends = |letter: char| {
            letter.is_ascii_alphanumeric() || ")]}_".contains(letter) || QUOTES.contains(&letter)
        };
        before.ends_with(ends) && !is_keyword
    }

    fn finish(mut self) -> Replaced {
        self.parts.push(Part::Text(self.text));
        Replaced {
            parts: self.parts,
            variables: self.variables,
        }
    }
}

/// Returns what can be in the place of a variable after an operand: an operator, or a modifier. After
/// a list of labels, it can be an operand too.
fn after_operand(placeholder: String, before: &str) -> Vec<String> {
    let modifiers = [
        ">".to_owned(),
        format!("by ({placeholder})"),
        "offset 5m".to_owned(),
        String::new(),
    ];
    let is_operand = before.ends_with(')');
    let operands = ["1".to_owned(), placeholder];
    let operands = operands.into_iter().filter(|_| is_operand);
    modifiers.into_iter().chain(operands).collect()
}

/// Returns the word at the end of a text.
fn last_word(text: &str) -> &str {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let text = text.trim_end();
    let start = text.trim_end_matches(is_part).len();
    text.get(start..).unwrap_or_default()
}
