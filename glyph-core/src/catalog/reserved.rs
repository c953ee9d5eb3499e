//! Reserved names: those of glyph's own metrics.

/// The first words after `glyph_` in the names of families that glyph declares.
///
/// The macros reject these in other catalogs. They have a copy of the list, which a test compares
/// with this one.
pub const RESERVED: [&str; 11] = [
    "audit",
    "catalog",
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

/// Whether a family name is reserved.
#[must_use]
pub fn is_reserved(family: &str) -> bool {
    let words = family.strip_prefix("glyph_").map(|rest| rest.split('_'));
    words.is_some_and(|mut words| words.next().is_some_and(|first| RESERVED.contains(&first)))
}
