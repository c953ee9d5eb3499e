//! Lists that glyph-macros and glyph-core both have, because neither crate can use the other's.
#![expect(
    clippy::unwrap_used,
    reason = "a list that is not found fails the test"
)]

use glyph_core::{
    Catalog, Outcome,
    catalog::{Kind, MAX_BUCKETS, RESERVED},
};

use crate::instrument_stage::tally::Functions;

const NAMES: &str = include_str!("../../../../../glyph-macros/src/metric_catalog/metric_name.rs");
const BUCKETS: &str = include_str!("../../../../../glyph-macros/src/metric_catalog/buckets.rs");
const ROLES: &str = include_str!("../../../../../glyph-macros/src/metric_catalog/role.rs");
const LABELS: &str = include_str!("../../../../../glyph-macros/src/label/model.rs");

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

#[test]
fn roles_of_a_stage_are_the_same() {
    let table = between(ROLES, "\nroles! {", "}");
    let names = table.lines().filter_map(|line| line.trim().split_once(':'));
    let names = names.map(|(name, _)| name);
    let stage = Functions::DESCRIPTOR.stages.first().unwrap();
    let roles: Vec<_> = stage.roles().map(|(role, _)| role).collect();
    assert_eq!(
        ["duration"].into_iter().chain(names).collect::<Vec<_>>(),
        roles
    );
}

#[test]
fn outcomes_are_the_same() {
    let names = strings(between(
        LABELS,
        "const OUTCOMES: [&str; OUTCOME_COUNT] = [",
        "]",
    ));
    let outcomes = Outcome::ALL.map(|outcome| format!("{outcome:?}").to_lowercase());
    assert_eq!(names, outcomes);
}
