//! A small interpreter of `LogQL`, for queries of the systems' documents over lines of real runs
//! (Grafana Loki, "Log queries").

use std::collections::BTreeMap;

use serde_json::Value;

/// Queries of the system that shares one stack, as its document has them.
pub const GOSPELIB: [&str; 4] = [
    r#"{service="gateway"} |= "error" | json | level="error""#,
    r#"{service="content"} | json | latency_ms > 500"#,
    r#"{service="content"} |= "gen.1.1""#,
    r#"{env="development"} | json"#,
];

/// The query of the same document for the lines of browsers, which the receiver of the collection
/// agent labels. No program of ours writes them.
pub const BROWSERS: &str = r#"{service_name="gospelib-web"}"#;

/// The fields of the voice pipeline's line, as its document has them, as a query.
pub const GLYPHOXA: &str = r#"{service="glyphoxa"} | json | level="INFO" | msg="request completed" | method="GET" | path="/readyz" | status=200"#;

/// A line and the labels of its stream.
#[derive(Clone, Debug)]
pub struct Line {
    /// The labels that the collection agent adds, such as `service` and `env`.
    pub labels: BTreeMap<String, String>,
    /// The line as it was written.
    pub text: String,
}

/// Returns the lines that a query finds.
///
/// # Panics
///
/// Panics if the query has a part that this interpreter does not know, or a number is compared with
/// a text.
#[must_use]
pub fn find(query: &str, lines: &[Line]) -> Vec<Line> {
    let (selector, pipeline) = query.split_once('}').unwrap();
    let selector = selector.trim().strip_prefix('{').unwrap();
    let stages = stages(pipeline);
    let found = lines.iter().filter(|line| {
        let mut labels = line.labels.clone();
        let wanted = selector.split(',').map(Matcher::parse);
        wanted.into_iter().all(|matcher| matcher.fits(&labels))
            && stages.iter().all(|stage| stage.keeps(line, &mut labels))
    });
    found.cloned().collect()
}

/// One step of a pipeline.
#[derive(Debug)]
enum Stage {
    Contains(String),
    Json,
    Label(Matcher),
}

/// A condition on a label. Of the regular expressions it knows alternatives: `a|b`.
#[derive(Debug)]
struct Matcher {
    label: String,
    operator: String,
    value: String,
    is_text: bool,
}

/// Splits a pipeline at its bars, which may be in a text as well.
fn stages(pipeline: &str) -> Vec<Stage> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for letter in pipeline.chars() {
        quoted ^= letter == '"';
        match letter {
            '|' if !quoted => parts.push(String::new()),
            _ => parts.last_mut().unwrap().push(letter),
        }
    }
    let parts = parts.iter().map(|part| part.trim());
    parts
        .filter(|part| !part.is_empty())
        .map(Stage::parse)
        .collect()
}

impl Stage {
    fn parse(text: &str) -> Self {
        match text.strip_prefix('=') {
            Some(contained) => Self::Contains(unquoted(contained.trim()).unwrap()),
            None if text == "json" => Self::Json,
            None => Self::Label(Matcher::parse(text)),
        }
    }

    fn keeps(&self, line: &Line, labels: &mut BTreeMap<String, String>) -> bool {
        match self {
            Self::Contains(text) => line.text.contains(text),
            Self::Json => {
                labels.extend(fields(&line.text));
                true
            }
            Self::Label(matcher) => matcher.fits(labels),
        }
    }
}

/// Returns the fields of a JSON line as labels: what a name of a label cannot have becomes `_`.
fn fields(text: &str) -> impl Iterator<Item = (String, String)> {
    let line: Value = serde_json::from_str(text).unwrap();
    let fields = line.as_object().unwrap().clone();
    fields.into_iter().map(|(name, value)| {
        let letter = |letter: char| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        };
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), ToOwned::to_owned);
        (name.chars().map(letter).collect(), value)
    })
}

impl Matcher {
    fn parse(text: &str) -> Self {
        let is_operator = |letter: char| "=!<>~".contains(letter);
        let start = text
            .find(is_operator)
            .unwrap_or_else(|| panic!("no condition: {text}"));
        let (label, rest) = text.split_at(start);
        let end = rest.find(|letter| !is_operator(letter)).unwrap();
        let (operator, value) = rest.split_at(end);
        let quoted = unquoted(value.trim());
        Self {
            label: label.trim().to_owned(),
            operator: operator.to_owned(),
            is_text: quoted.is_some(),
            value: quoted.unwrap_or_else(|| value.trim().to_owned()),
        }
    }

    fn fits(&self, labels: &BTreeMap<String, String>) -> bool {
        let Some(found) = labels.get(&self.label) else {
            return false;
        };
        if self.is_text {
            return match self.operator.as_str() {
                "=" => *found == self.value,
                "!=" => *found != self.value,
                "=~" => self.value.split('|').any(|value| found == value),
                other => panic!("`{other}` on a text"),
            };
        }
        let number = |text: &str| -> f64 {
            text.parse()
                .unwrap_or_else(|_| panic!("{}={text:?} is not a number", self.label))
        };
        let order = number(found).total_cmp(&number(&self.value));
        match self.operator.as_str() {
            "=" | "==" => order.is_eq(),
            ">" => order.is_gt(),
            ">=" => order.is_ge(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            other => panic!("`{other}` on a number"),
        }
    }
}

fn unquoted(text: &str) -> Option<String> {
    let text = text.strip_prefix('"')?.strip_suffix('"')?;
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Line, find};

    fn line(service: &str, text: &str) -> Line {
        Line {
            labels: [("service".to_owned(), service.to_owned())].into(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn queries_find_lines_by_stream_text_and_fields() {
        let lines = [
            line("a", r#"{"level":"error","http.status":503,"took":1.5}"#),
            line("a", r#"{"level":"info","http.status":200,"took":700}"#),
            line("b", r#"{"level":"info","text":"an error | b"}"#),
        ];
        for (query, expected) in [
            (r#"{service="a"}"#, vec![0, 1]),
            (
                r#"{service="a"} |= "error" | json | level="error""#,
                vec![0],
            ),
            (r#"{service=~"a|b"} |= "error | b""#, vec![2]),
            (r#"{service="a"} | json | took > 500"#, vec![1]),
            (r#"{service="a"} | json | http_status=503"#, vec![0]),
            (
                r#"{service="a"} | json | took <= 1.5 | level!="info""#,
                vec![0],
            ),
            (r#"{service="b"} | json | took > 0"#, vec![]),
            (r#"{service="c"}"#, vec![]),
        ] {
            let found = find(query, &lines);
            let found: Vec<_> = found.iter().map(|line| &line.text).collect();
            let expected: Vec<_> = expected.iter().map(|at: &usize| &lines[*at].text).collect();
            assert_eq!(found, expected, "{query}");
        }
    }
}
