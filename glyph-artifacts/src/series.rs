//! Input series of alert tests, in the notation of promtool (Prometheus, "Unit Testing for Rules").

use std::{borrow::Cow, sync::LazyLock};

use promql_parser::{
    label::MatchOp,
    parser::{self, Expr},
};
use regex::Regex;

/// A series and its values, such as `up{job="api"} 0`.
pub(super) struct Series<'text> {
    /// The metric name and the labels.
    pub(super) selector: &'text str,
    /// The samples.
    pub(super) values: Values<'text>,
}

/// Samples, one each minute.
pub(super) enum Values<'text> {
    /// Lasts as long as the test: `5` is constant, `0+60` rises by 60 each minute.
    Repeated(Cow<'text, str>),
    /// A list such as `1x10 0x20`, and its number of samples.
    Listed(&'text str, u64),
}

impl<'text> Series<'text> {
    /// Parses a series.
    ///
    /// # Errors
    ///
    /// Returns a message if the text is not one series with values.
    pub(super) fn parse(text: &'text str) -> Result<Self, String> {
        let malformed = || {
            format!(
                "`{text}` is not a series: write `name{{label=\"value\"}} 5`, or `name 0+60` to add 60 each minute"
            )
        };
        let parts = split(text.trim()).filter(|(selector, _)| is_single_series(selector));
        let (selector, values) = parts.ok_or_else(malformed)?;
        let values = Values::parse(values.trim()).ok_or_else(malformed)?;
        Ok(Self { selector, values })
    }
}

/// Splits a series after its selector, which ends at the closing brace or the first space.
fn split(text: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    let mut is_open = false;
    for (index, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '{' => is_open = true,
            '}' => return text.split_at_checked(index + 1),
            ' ' if !is_open => return text.split_at_checked(index),
            _ => {}
        }
    }
    None
}

/// Returns whether a selector gives each label one value, which selects a single series.
fn is_single_series(selector: &str) -> bool {
    let Ok(Expr::VectorSelector(selector)) = parser::parse(selector) else {
        return false;
    };
    let labels = &selector.matchers;
    let mut ops = labels.matchers.iter().map(|matcher| &matcher.op);
    ops.all(|op| matches!(op, MatchOp::Equal)) && labels.or_matchers.is_empty()
}

impl<'text> Values<'text> {
    fn parse(text: &'text str) -> Option<Self> {
        static VALUE: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"^(?:_|stale|[+-]?(?:[0-9.]+(?:e[+-]?[0-9]+)?|Inf|NaN)(?:(?P<step>[+-])[0-9.]+(?:e[+-]?[0-9]+)?)?)(?:x(?P<times>[0-9]+))?$").ok()
        });
        let parts: Vec<_> = text.split_whitespace().collect();
        let mut samples = 0;
        for part in &parts {
            let found = VALUE.as_ref()?.captures(part)?;
            let times = found
                .name("times")
                .map(|times| times.as_str().parse::<u64>());
            match (times, parts.as_slice()) {
                (None, [_]) => {
                    let step = if found.name("step").is_some() {
                        ""
                    } else {
                        "+0"
                    };
                    return Some(Self::Repeated(Cow::Owned(format!("{part}{step}"))));
                }
                // `1x3` is a start value and three more.
                (Some(times), _) => samples += times.ok()? + 1,
                (None, _) => samples += 1,
            }
        }
        (samples > 0).then_some(Self::Listed(text, samples))
    }

    /// Returns the number of samples in the list; 1 if the values last as long as the test.
    pub(super) fn samples(&self) -> u64 {
        match self {
            Self::Repeated(_) => 1,
            Self::Listed(_, samples) => *samples,
        }
    }

    /// Returns the values for a test of this many minutes.
    pub(super) fn filled(&self, minutes: u64) -> String {
        match self {
            Self::Repeated(step) => format!("{step}x{minutes}"),
            Self::Listed(text, _) => (*text).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::series::Series;

    fn filled(text: &str) -> Option<(String, String, u64)> {
        let series = Series::parse(text).ok()?;
        let values = series.values.filled(7);
        Some((series.selector.to_owned(), values, series.values.samples()))
    }

    #[test]
    fn series_parses_into_selector_and_values() {
        let cases = [
            ("up 0", "up", "0+0x7", 1),
            ("up{job=\"a b\"} 1e3", "up{job=\"a b\"}", "1e3+0x7", 1),
            ("a{b=\"} \\\"{\"} -1.5", "a{b=\"} \\\"{\"}", "-1.5+0x7", 1),
            (" a_total{} 0+60 ", "a_total{}", "0+60x7", 1),
            ("a 1x3 _ stale 5-1x2", "a", "1x3 _ stale 5-1x2", 9),
        ];
        for (text, selector, values, samples) in cases {
            let expected = Some((selector.to_owned(), values.to_owned(), samples));
            assert_eq!(filled(text), expected, "{text}");
        }
    }

    #[test]
    fn malformed_series_are_rejected() {
        for text in [
            "",
            "up",
            "up{job=\"a\"}",
            "up{job=\"a 1",
            "up x",
            "up 1 2x",
            "up 1,2",
            "{a=\"b\"}",
            "up{job=~\"a\"} 1",
            "up(a) 1",
        ] {
            assert!(filled(text).is_none(), "{text}");
        }
    }
}
