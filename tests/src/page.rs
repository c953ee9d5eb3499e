//! A parser of the text exposition.

use std::collections::BTreeMap;

use glyph_runtime::{Telemetry, expose::Format};

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The name, including its suffix.
    pub name: String,
    /// The labels, unescaped.
    pub labels: BTreeMap<String, String>,
    /// The value.
    pub value: f64,
    /// The exemplar: the text after `#`.
    pub exemplar: Option<String>,
}

/// The samples of an exposition, in its order.
#[derive(Clone, Debug)]
pub struct Page {
    text: String,
    samples: Vec<Sample>,
}

impl Page {
    /// Parses an exposition.
    ///
    /// # Errors
    ///
    /// Returns the first line that is neither a comment nor a sample.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let samples = lines
            .map(|line| sample(line).ok_or_else(|| format!("not a sample: {line}")))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.to_owned(),
            samples,
        })
    }

    /// Renders and parses the exposition of `telemetry`.
    ///
    /// # Errors
    ///
    /// See [`Page::parse`].
    pub fn of(telemetry: &Telemetry) -> Result<Self, String> {
        Self::parse(&telemetry.render(Format::Text))
    }

    /// Returns the exposition as text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns all samples in their order.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Returns the samples with this name.
    pub fn named<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p Sample> {
        self.samples
            .iter()
            .filter(move |sample| sample.name == name)
    }

    /// Returns the value of the only sample with this name and these labels, in any order.
    #[must_use]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let wanted = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut found = self.named(name).filter(|sample| sample.labels == wanted);
        let value = found.next()?.value;
        found.next().is_none().then_some(value)
    }
}

fn sample(line: &str) -> Option<Sample> {
    let end_of_name = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end_of_name);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(labels) => parse_labels(labels)?,
        None => (BTreeMap::new(), rest),
    };
    let (value, exemplar) = match rest.split_once(" # ") {
        Some((value, exemplar)) => (value, Some(exemplar.to_owned())),
        None => (rest, None),
    };
    let value = value.trim().replace("+Inf", "inf").parse().ok()?;
    Some(Sample {
        name: name.to_owned(),
        labels,
        value,
        exemplar,
    })
}

/// Parses `a="x",b="y"} rest`.
fn parse_labels(text: &str) -> Option<(BTreeMap<String, String>, &str)> {
    let mut labels = BTreeMap::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(',');
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, quoted) = rest.split_once("=\"")?;
        let (value, after) = unquoted(quoted)?;
        labels.insert(name.to_owned(), value);
        rest = after;
    }
}

fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}
