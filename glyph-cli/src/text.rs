//! Strings and numbers as a terminal shows them.

use std::fmt::Write;

use serde_json::{Map, Value};

/// Returns a string of the program without what could control the terminal or pass for another line.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unseen(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Control characters, and those that change the direction or have no width (Unicode, "Bidirectional
/// Algorithm").
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

/// Returns names and values, each as `name=value`.
pub(crate) fn pairs(map: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (name, value) in map {
        let value = match value {
            Value::String(value) => shown(value),
            other => shown(&other.to_string()),
        };
        let space = if text.is_empty() { "" } else { " " };
        let _infallible = write!(text, "{space}{}={value}", shown(name));
    }
    text
}

/// Returns three digits of a number, and none after the point if there are more before it.
pub(crate) fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits = [(100.0, 0), (10.0, 1), (1.0, 2), (0.1, 3), (0.01, 4)];
    let digits = digits.iter().find(|(least, _)| value.abs() >= *least);
    let precision = digits.map_or(6, |(_, digits)| *digits);
    format!("{value:.precision$}")
}

/// Returns a duration.
pub(crate) fn milliseconds(value: f64) -> String {
    if value >= 1000.0 {
        format!("{} s", number(value / 1000.0))
    } else if value >= 1.0 || value == 0.0 {
        format!("{} ms", number(value))
    } else {
        format!("{} us", number(value * 1000.0))
    }
}

/// Returns a value in its unit, or `-` without one.
pub(crate) fn quantity(value: Option<f64>, unit: &str) -> String {
    match (value, unit) {
        (None, _) => "-".to_owned(),
        (Some(value), "seconds") => milliseconds(value * 1000.0),
        (Some(value), "") => number(value),
        (Some(value), unit) => format!("{} {}", number(value), shown(unit)),
    }
}

/// Returns a share in percent, or `-` without one.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(
        || "-".to_owned(),
        |share| format!("{} %", number(share * 100.0)),
    )
}

/// Returns the time of day, in UTC.
pub(crate) fn time_of_day(unix_milliseconds: f64) -> String {
    let seconds = (unix_milliseconds / 1000.0).rem_euclid(86_400.0);
    let (hours, minutes) = ((seconds / 3600.0).floor(), (seconds / 60.0).floor() % 60.0);
    // Cut, so that 59.9996 does not become 60.
    let rest = (seconds % 60.0 * 1000.0).floor() / 1000.0;
    format!("{hours:02}:{minutes:02}:{rest:06.3}Z")
}

#[cfg(test)]
mod tests {
    use super::{milliseconds, number, pairs, shown, time_of_day};

    #[test]
    fn strings_cannot_control_a_terminal() {
        let hostile = "a\u{1b}[2J\r\nb\0\u{202e}c\u{9b}d";
        let text = shown(hostile);
        assert!(
            !text.contains(char::is_control) && !text.contains('\u{202e}'),
            "{text:?}"
        );
        assert_eq!(shown("plain ü <b>"), "plain ü <b>");
        let map = serde_json::json!({"a\n": "\u{1b}", "b": 7});
        let map = map.as_object().cloned().unwrap_or_default();
        assert_eq!(pairs(&map), "a\\u{a}=\\u{1b} b=7");
    }

    #[test]
    fn numbers_have_three_digits() {
        for (value, text) in [
            (0.0, "0"),
            (1234.5, "1234"),
            (12.345, "12.3"),
            (0.5, "0.500"),
            (0.0123, "0.0123"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(milliseconds(0.25), "250 us");
        assert_eq!(milliseconds(1500.0), "1.50 s");
    }

    #[test]
    fn time_is_that_of_the_day() {
        assert_eq!(time_of_day(0.0), "00:00:00.000Z");
        assert_eq!(time_of_day(86_400_000.0 + 3_723_004.9), "01:02:03.004Z");
    }
}
