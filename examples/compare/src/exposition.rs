//! A parser of the text exposition that rejects what is not escaped.

/// A sample of a metric.
#[derive(Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    /// The labels, unescaped.
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) value: f64,
}

impl Sample {
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(label, _)| label == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Parses the samples of an exposition.
///
/// # Errors
///
/// Returns the first line that is neither a comment nor a sample.
pub(crate) fn parse(text: &str) -> Result<Vec<Sample>, String> {
    let lines = text.lines();
    let samples = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    samples
        .map(|line| sample(line).ok_or_else(|| line.to_owned()))
        .collect()
}

fn sample(line: &str) -> Option<Sample> {
    let name_end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at_checked(name_end)?;
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    // A timestamp or an exemplar can follow the value.
    let value = rest.strip_prefix(' ')?.split(' ').next()?.parse().ok()?;
    is_name(name).then(|| Sample {
        name: name.to_owned(),
        labels,
        value,
    })
}

fn is_name(name: &str) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    !name.is_empty() && name.chars().all(valid)
}

/// Parses labels up to the closing brace, and returns them with the rest of the line.
fn labels(mut rest: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut labels = Vec::new();
    loop {
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((labels, rest));
        }
        let (name, after_name) = rest.split_once("=\"")?;
        let (value, after_value) = label_value(after_name)?;
        labels.push((name.to_owned(), value));
        rest = after_value.strip_prefix(',').unwrap_or(after_value);
    }
}

/// Unescapes a label value up to the closing quote, and returns it with the rest of the line.
fn label_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(match chars.next()? {
                'n' => '\n',
                escaped @ ('\\' | '"') => escaped,
                _ => return None,
            }),
            plain => value.push(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Sample, parse};

    fn sample(name: &str, labels: &[(&str, &str)], value: f64) -> Sample {
        let labels = labels
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Sample {
            name: name.to_owned(),
            labels: labels.collect(),
            value,
        }
    }

    #[test]
    fn samples_have_names_labels_and_values() {
        let text = "# HELP up Help.\n# TYPE up gauge\nup 1\n\nrpc_total{a=\"b\",c=\"\"} 2.5 1700\n";
        let expected = [
            sample("up", &[], 1.0),
            sample("rpc_total", &[("a", "b"), ("c", "")], 2.5),
        ];
        assert_eq!(parse(text).as_deref(), Ok(expected.as_slice()));
    }

    #[test]
    fn escaped_characters_are_unescaped() {
        let text = "up{a=\"\\\"x\\\" \\\\ \\n}\"} 1";
        let expected = [sample("up", &[("a", "\"x\" \\ \n}")], 1.0)];
        assert_eq!(parse(text).as_deref(), Ok(expected.as_slice()));
    }

    #[test]
    fn a_quote_that_is_not_escaped_is_reported_with_its_line() {
        let text = "up{a=\"x\"y\"} 1";
        assert_eq!(parse(text), Err(text.to_owned()));
    }
}
