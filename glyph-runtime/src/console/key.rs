//! The labels of a series as one string, by which the history finds it again.

use glyph_core::__runtime::Series;
use serde_json::{Map, Value};

/// Appends the labels: for each its name, `=`, the length of its value, `:` and the value.
pub(super) fn push(key: &mut String, series: &impl Series) {
    for (name, value) in series.labels() {
        push_label(key, name, &value);
    }
}

/// Appends one label.
pub(super) fn push_label(key: &mut String, name: &str, value: &str) {
    key.push_str(name);
    key.push('=');
    key.push_str(itoa::Buffer::new().format(value.len()));
    key.push(':');
    key.push_str(value);
}

/// Returns the labels of a key.
pub(super) fn labels(key: &str) -> Map<String, Value> {
    let mut labels = Map::new();
    let mut rest = key;
    while let Some((name, value, next)) = first(rest) {
        labels.insert(name.to_owned(), value.into());
        rest = next;
    }
    labels
}

/// Returns the first label, and the rest of the key.
fn first(key: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = key.split_once('=')?;
    let (length, rest) = rest.split_once(':')?;
    let (value, rest) = rest.split_at_checked(length.parse().ok()?)?;
    Some((name, value, rest))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use glyph_core::__runtime::Series;

    use super::{labels, push};

    struct Labelled(&'static [(&'static str, &'static str)]);

    impl Series for Labelled {
        fn read(&self, _: &mut Vec<u64>) {}

        fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
            let labels = self.0.iter();
            labels.map(|(name, value)| (*name, Cow::Borrowed(*value)))
        }
    }

    #[test]
    fn labels_with_any_values_are_read_back() {
        let series = Labelled(&[("a", "x=1:y"), ("b", ""), ("c", "\0<ü>"), ("d", "b=0:")]);
        let mut key = String::new();
        push(&mut key, &series);
        let read = labels(&key);
        let read: Vec<_> = read.iter().collect();
        let expected: Vec<_> = { series.0.iter() }
            .map(|(name, value)| ((*name).to_owned(), serde_json::json!(value)))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(name, value)| (name, value)).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn key_without_labels_is_empty() {
        let mut key = String::new();
        push(&mut key, &Labelled(&[]));
        assert_eq!(key, "");
        assert!(labels(&key).is_empty());
    }
}
