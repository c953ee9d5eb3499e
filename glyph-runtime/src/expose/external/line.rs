//! The lines of the text format 0.0.4.

use std::borrow::Cow;

/// A line with content: HELP, TYPE or a sample.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    Help { name: &'a str, text: &'a str },
    Type { name: &'a str, kind: &'a str },
    Sample(Sample<'a>),
}

/// A sample: its name, its labels, and its value. Label values are still escaped.
#[derive(Debug, PartialEq)]
pub(super) struct Sample<'a> {
    pub(super) name: &'a str,
    pub(super) labels: Vec<(&'a str, &'a str)>,
    pub(super) value: &'a str,
}

impl<'a> Line<'a> {
    /// Returns `None` for blank lines, other comments and malformed lines.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
            Some(Self::Help { name, text })
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ')?;
            Some(Self::Type { name, kind })
        } else if line.starts_with('#') {
            None
        } else {
            Sample::parse(line).map(Self::Sample)
        }
    }
}

impl<'a> Sample<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let end = line.find(['{', ' '])?;
        let (name, rest) = line.split_at(end);
        let (labels, rest) = match rest.strip_prefix('{') {
            Some(rest) => labels(rest)?,
            None => (Vec::new(), rest),
        };
        let value = rest.strip_prefix(' ')?;
        Some(Self {
            name,
            labels,
            value,
        })
    }
}

type Labels<'a> = Vec<(&'a str, &'a str)>;

/// Parses `a="x",b="y"}`. Returns the labels, with values still escaped, and the rest of the line.
fn labels(mut rest: &str) -> Option<(Labels<'_>, &str)> {
    let mut labels = Vec::new();
    loop {
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((labels, rest));
        }
        let (name, quoted) = rest.split_once("=\"")?;
        let end = closing_quote(quoted)?;
        labels.push((name, quoted.get(..end)?));
        rest = quoted.get(end + 1..)?;
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closing = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closing
    })
}

/// Reads `a="x",b="y"` and unescapes the values.
pub(super) fn plain_labels(labels: &str) -> Vec<(String, String)> {
    let braced = format!("{labels}}}");
    let labels = self::labels(&braced).map(|(labels, _)| labels);
    let labels = labels.unwrap_or_default().into_iter();
    labels
        .map(|(name, value)| (name.to_owned(), unescaped(value).into_owned()))
        .collect()
}

/// Unescapes `\\`, `\"` and `\n`. A backslash before another character is dropped.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => plain.push('\n'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
            letter => plain.push(letter),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Line, Sample, unescaped};

    #[test]
    fn sample_is_parsed() {
        assert_eq!(
            Line::parse(r#"x_bucket{a="\"},\\",le="0.5"} 3"#),
            Some(Line::Sample(Sample {
                name: "x_bucket",
                labels: vec![("a", r#"\"},\\"#), ("le", "0.5")],
                value: "3",
            }))
        );
    }

    #[test]
    fn lines_without_content_are_skipped() {
        for line in [
            "",
            "# ",
            "# EOF",
            "x",
            "x{a=\"b\" 1",
            "x{a=\"b\"}1",
            "x{a=\"\\\"} 1",
        ] {
            assert_eq!(Line::parse(line), None, "{line}");
        }
    }

    #[test]
    fn escapes_are_read_back() {
        assert_eq!(unescaped(r"a\\n\nb\"), "a\\n\nb\\");
    }

    proptest! {
        #[test]
        fn no_line_panics(line in ".*|[#a-z{}=\", \\\\]{0,60}") {
            let _ = Line::parse(&line);
        }
    }
}
