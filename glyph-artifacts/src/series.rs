//! Series that stand beside an alert, in promtool's notation (Prometheus, "Unit Testing for Rules").

use std::{borrow::Cow, sync::LazyLock};

use promql_parser::{
    label::MatchOp,
    parser::{self, Expr},
};
use regex::Regex;

/// `up{job="api"} 0`: some series and its values.
pub(super) struct Series<'text> {
    /// Its name and labels.
    pub(super) selector: &'text str,
    pub(super) values: Values<'text>,
}

/// One sample in each minute.
pub(super) enum Values<'text> {
    /// `5`: it stays; `0+60`: it rises by so much in each minute, for as long as the test lasts.
    Endless(Cow<'text, str>),
    /// `1x10 0x20`: as it is written.
    Written(&'text str, u64),
}

impl<'text> Series<'text> {
    pub(super) fn parse(text: &'text str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no series: write `name{{label=\"value\"}} 5`, or `name 0+60` for one that rises by 60 in each minute"
            )
        };
        let parts = split(text.trim()).filter(|(selector, _)| is_one(selector));
        let (selector, values) = parts.ok_or_else(wrong)?;
        let values = Values::parse(values.trim()).ok_or_else(wrong)?;
        Ok(Self { selector, values })
    }
}

/// The selector ends at its closing brace, or else at the first space.
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

/// Whether each label has a value, so that it is one series.
fn is_one(selector: &str) -> bool {
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
                    return Some(Self::Endless(Cow::Owned(format!("{part}{step}"))));
                }
                // A start, and as many more.
                (Some(times), _) => samples += times.ok()? + 1,
                (None, _) => samples += 1,
            }
        }
        (samples > 0).then_some(Self::Written(text, samples))
    }

    /// How many are written.
    pub(super) fn samples(&self) -> u64 {
        match self {
            Self::Endless(_) => 1,
            Self::Written(_, samples) => *samples,
        }
    }

    /// What promtool is given for a test of so many minutes.
    pub(super) fn filled(&self, minutes: u64) -> String {
        match self {
            Self::Endless(step) => format!("{step}x{minutes}"),
            Self::Written(text, _) => (*text).to_owned(),
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
    fn a_series_is_a_selector_and_values() {
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
    fn what_is_no_series_is_refused() {
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
