//! YAML documents.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;
use yaml_serde::{Mapping, Value};

use crate::ArtifactError;

/// What is added to a string for the library to quote it, and removed from the document.
///
/// The character is for private use, so no text has it.
const QUOTED: &str = ": \u{e000}";

/// Returns a YAML document.
///
/// The library quotes what YAML 1.2 takes for something other than a string. Most programs that
/// read these files know YAML 1.1, for which `yes`, `on` and `2026-11-30` are no strings either.
pub(crate) fn to_string(content: &impl Serialize) -> Result<String, ArtifactError> {
    let content = quoted(yaml_serde::to_value(content)?);
    let document = yaml_serde::to_string(&content)?;
    Ok(document.replace(&format!("{QUOTED}'"), "'"))
}

/// Marks all strings, and keys, that need quotes.
fn quoted(value: Value) -> Value {
    match value {
        Value::String(text) if is_ambiguous(&text) => Value::String(text + QUOTED),
        Value::Sequence(values) => Value::Sequence(values.into_iter().map(quoted).collect()),
        Value::Mapping(entries) => {
            let entries = entries.into_iter();
            let entries: Mapping = entries
                .map(|(key, value)| (quoted(key), quoted(value)))
                .collect();
            Value::Mapping(entries)
        }
        other => other,
    }
}

/// Returns whether YAML 1.1 takes a plain scalar for a Boolean, null, a number or a date (YAML 1.1,
/// "Language-Independent Types").
fn is_ambiguous(text: &str) -> bool {
    static AMBIGUOUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let words = "(?i:y|n|yes|no|on|off|true|false|null|~|=|<<)";
        let integers = "[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)";
        let sixties = r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?";
        let floats = r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?";
        let others = r"[-+]?\.(?i:inf)|\.(?i:nan)";
        let dates = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?";
        Regex::new(&format!(
            "^(?:{words}|{integers}|{sixties}|{floats}|{others}|{dates})$"
        ))
        .ok()
    });
    AMBIGUOUS
        .as_ref()
        .is_some_and(|ambiguous| ambiguous.is_match(text))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::to_string;

    #[test]
    fn strings_that_yaml_takes_for_something_else_are_quoted() {
        for text in [
            "yes",
            "Yes",
            "NO",
            "on",
            "Off",
            "y",
            "N",
            "true",
            "null",
            "Null",
            "~",
            "=",
            "<<",
            "1",
            "-1",
            "1_000",
            "0x1f",
            "017",
            "0o17",
            "1.5",
            ".5",
            "1e3",
            "+.inf",
            ".NaN",
            "1:30",
            "2026-11-30",
            "2026-11-30T12:00:00Z",
        ] {
            let document = to_string(&BTreeMap::from([("label", text)])).unwrap_or_default();
            assert_eq!(document, format!("label: '{text}'\n"));
            let document = to_string(&BTreeMap::from([(text, "a")])).unwrap_or_default();
            assert_eq!(document, format!("'{text}': a\n"));
        }
    }

    #[test]
    fn other_strings_are_written_as_they_are() {
        for text in [
            "yesterday",
            "none",
            "5m",
            "1d",
            "v1.2.3",
            "on call",
            "a: #b",
        ] {
            let document = to_string(&[text]).unwrap_or_default();
            let back: Vec<String> = yaml_serde::from_str(&document).unwrap_or_default();
            assert_eq!(back, [text], "{document}");
        }
        let document = to_string(&["up == 1\nand on"]).unwrap_or_default();
        assert_eq!(document, "- |-\n  up == 1\n  and on\n");
    }
}
