//! Names that belong to glyph's own metrics.

/// First words, after `glyph_`, of the families that glyph declares. The macros reject them in other
/// catalogs, from a list of their own that a test compares with this one.
pub const RESERVED: [&str; 10] = [
    "audit",
    "export",
    "facade",
    "label",
    "log",
    "observations",
    "scrape",
    "scrapes",
    "series",
    "trace",
];

/// Whether a family of this name could be one of glyph's.
#[must_use]
pub fn is_reserved(family: &str) -> bool {
    let words = family.strip_prefix("glyph_").map(|rest| rest.split('_'));
    words.is_some_and(|mut words| words.next().is_some_and(|first| RESERVED.contains(&first)))
}
