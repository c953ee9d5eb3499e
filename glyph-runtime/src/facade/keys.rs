//! Keys as they are on the page, so that keys that fall on one series are one key.

use std::borrow::Cow;

use glyph_core::{catalog::Kind, label::sanitized};
use metrics::{Key, Label};

/// The label that tells the quantiles of a summary apart.
const QUANTILE: &str = "quantile";

/// Returns the key with the names that it has on the page: its labels in order, without those that
/// cannot be there. Two keys of one series are equal then.
///
/// Label values are cut like those of open labels, because the recorder keeps each value.
pub(super) fn canonical(key: &Key, kind: Kind) -> Cow<'_, Key> {
    let name = canonical_name(key.name(), kind);
    let labels = key.labels();
    if matches!(name, Cow::Borrowed(_)) && are_canonical(labels, kind) {
        return Cow::Borrowed(key);
    }
    let labels = canonical_labels(key.labels(), kind);
    Cow::Owned(Key::from_parts(name.into_owned(), labels))
}

/// Returns the name of the metric on the page. A counter ends in `_total`.
pub(super) fn canonical_name(name: &str, kind: Kind) -> Cow<'_, str> {
    let name = valid(name, true);
    if kind != Kind::Counter {
        return name;
    }
    match name.strip_suffix("_total") {
        Some("") => Cow::Owned("__total".to_owned()),
        Some(_) => name,
        None => Cow::Owned(format!("{name}_total")),
    }
}

/// Returns the name of the family of a canonical name.
pub(super) fn family(name: &str, kind: Kind) -> &str {
    match kind {
        Kind::Counter => name.strip_suffix("_total").unwrap_or(name),
        _ => name,
    }
}

/// Returns text as the recorder takes it. It halves backslashes.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if text.contains('\\') {
        Cow::Owned(text.replace('\\', "\\\\"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns a name with `_` in place of each character that is not allowed.
fn valid(name: &str, is_metric: bool) -> Cow<'_, str> {
    let fits = |(at, letter): (usize, char)| {
        letter.is_ascii_alphabetic()
            || letter == '_'
            || (letter == ':' && is_metric)
            || (letter.is_ascii_digit() && at > 0)
    };
    if name.is_empty() {
        return Cow::Owned("_".to_owned());
    }
    if name.char_indices().all(fits) {
        return Cow::Borrowed(name);
    }
    let letters = name.char_indices();
    Cow::Owned(
        letters
            .map(|at| if fits(at) { at.1 } else { '_' })
            .collect(),
    )
}

/// Whether a label of this name and value is on the page.
fn is_shown(name: &str, value: &str, kind: Kind) -> bool {
    let is_bound = kind == Kind::Histogram && name == QUANTILE;
    !value.is_empty() && name != "__name__" && !is_bound
}

fn are_canonical<'l>(labels: impl Iterator<Item = &'l Label>, kind: Kind) -> bool {
    let mut before = "";
    for label in labels {
        let (name, value) = (label.key(), label.value());
        let is_canonical = before < name
            && matches!(valid(name, false), Cow::Borrowed(_))
            && is_shown(name, value, kind)
            && matches!(sanitized(value), Cow::Borrowed(_))
            && !value.contains('\\');
        if !is_canonical {
            return false;
        }
        before = name;
    }
    true
}

/// Of labels with one name, the first stays.
fn canonical_labels<'l>(labels: impl Iterator<Item = &'l Label>, kind: Kind) -> Vec<Label> {
    let mut canonical: Vec<Label> = labels
        .map(|label| (valid(label.key(), false), sanitized(label.value())))
        .filter(|(name, value)| is_shown(name, value, kind))
        .map(|(name, value)| Label::new(name.into_owned(), escaped(&value).into_owned()))
        .collect();
    canonical.sort_by(|one, other| one.key().cmp(other.key()));
    canonical.dedup_by(|later, first| later.key() == first.key());
    canonical
}
