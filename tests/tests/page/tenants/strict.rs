//! A scoped catalog with strict lints: private, without documentation on generated items, and with
//! shadowed prelude names.
#![deny(warnings, missing_docs, clippy::pedantic)]

use glyph_runtime::testing;

/// The catalog, with a renamed crate.
mod surroundings {
    #![allow(
        dead_code,
        non_camel_case_types,
        reason = "they exist only to shadow names"
    )]

    use ::glyph_runtime as renamed;

    struct Option;
    struct Some;
    struct None;
    struct String;
    struct Vec;
    struct Box;
    struct Clone;
    struct Debug;
    struct usize;
    struct str;
    struct Value0;

    /// A private catalog.
    #[renamed::metric_catalog(
        namespace = "strict",
        scope(Place { r#type: max 2, region: max 3 }, idle = 1d, max_scopes = 20),
        crate = renamed
    )]
    pub(super) struct Metrics {
        /// Requests.
        pub(super) requests: renamed::Counter,
    }
}

/// A closed label.
#[derive(glyph_runtime::Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Region {
    North,
    South,
}

#[test]
fn scoped_catalog_compiles_under_strict_lints() {
    let captured = testing::capture();
    let metrics = surroundings::Metrics::global();
    let region = Some(Region::South);
    let place = surroundings::Place {
        r#type: 7_u8,
        region,
    };
    place.in_scope(|| metrics.requests.inc());
    let requests = captured.counter(&metrics.requests);
    let south = requests.with_label("region", "south");
    assert_eq!(south.with_label("type", 7_u8).value(), 1);
    let north = requests.with_label("region", Region::North);
    assert_eq!(north.value(), 0);
}
