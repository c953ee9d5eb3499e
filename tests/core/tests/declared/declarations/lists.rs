//! Lists that the macros and the runtime both have, since neither crate can use the other's.
#![expect(
    clippy::unwrap_used,
    reason = "a list that is not found fails the test"
)]

use glyph_core::catalog::{Kind, MAX_BUCKETS, RESERVED};

const NAMES: &str = include_str!("../../../../../glyph-macros/src/metric_catalog/metric_name.rs");
const BUCKETS: &str = include_str!("../../../../../glyph-macros/src/metric_catalog/buckets.rs");

/// The text after `start`, up to `end`.
fn between<'source>(source: &'source str, start: &str, end: &str) -> &'source str {
    let (_, rest) = source.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

fn strings(source: &str) -> Vec<&str> {
    source.split('"').skip(1).step_by(2).collect()
}

#[test]
fn reserved_words_are_the_same() {
    assert_eq!(strings(between(NAMES, "const RESERVED", "];")), RESERVED);
}

#[test]
fn sample_suffixes_are_the_same() {
    for (kind, arm) in [
        (Kind::Counter, "Kind::Counter => &["),
        (Kind::Gauge, "Kind::Gauge => &["),
        (Kind::Histogram, "Kind::Histogram => &["),
    ] {
        let suffixes = strings(between(NAMES, arm, "]"));
        assert_eq!(suffixes, kind.sample_suffixes(), "{kind:?}");
    }
}

#[test]
fn the_limit_of_buckets_is_the_same() {
    let limit = between(BUCKETS, "const MAX_BUCKETS: usize = ", ";");
    assert_eq!(limit.parse(), Ok(MAX_BUCKETS));
}
