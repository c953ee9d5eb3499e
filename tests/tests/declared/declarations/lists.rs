//! Lists that the macros and the runtime both have, because neither crate can use the other.
#![expect(clippy::unwrap_used, reason = "a missing list fails the test")]

use glyph_runtime::catalog::{Kind, MAX_BUCKETS, RESERVED};

const NAMES: &str = include_str!("../../../../glyph-macros/src/metric_catalog/metric_name.rs");
const BUCKETS: &str = include_str!("../../../../glyph-macros/src/metric_catalog/buckets.rs");

/// Returns the text between `start` and `end`.
fn between<'source>(source: &'source str, start: &str, end: &str) -> &'source str {
    let (_, rest) = source.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

fn strings(source: &str) -> Vec<&str> {
    source.split('"').skip(1).step_by(2).collect()
}

#[test]
fn reserved_name_prefixes_are_the_same() {
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
fn bucket_limit_is_the_same() {
    let limit = between(BUCKETS, "const MAX_BUCKETS: usize = ", ";");
    assert_eq!(limit.parse(), Ok(MAX_BUCKETS));
}
