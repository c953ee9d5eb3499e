//! Status values for functions that return `None`.

use std::future::ready;

use futures_util::{FutureExt, Stream, StreamExt, stream::iter};
use glyph_core::{
    Counter, Histogram, Label, LabelSet, Status, instrument_stage, metric_catalog, testing,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
enum Found {
    Miss,
    Ok,
    Error,
    Expired,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Tier {
    Memory,
    Disk,
}

#[derive(LabelSet)]
struct Lookup {
    found: Found,
    tier: Tier,
}

#[derive(LabelSet)]
struct Request {
    tier: Tier,
    found: Found,
    status: Status,
}

#[derive(LabelSet)]
struct Plain {
    tier: Tier,
    status: Status,
}

#[metric_catalog(namespace = "words", stages = stage)]
struct Cache {
    /// Lookup duration.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(lookup, requests = lookups, errors = failures, labels(tier: Tier))]
    lookup: Histogram<Lookup>,
    /// Look-ups.
    lookups: Counter<Request>,
    /// Look-ups that failed.
    failures: Counter,
    /// Time that scans took.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(scan, requests = scans, labels(tier: Tier))]
    scan: Histogram<Plain>,
    /// Scans.
    scans: Counter<Lookup>,
}

fn lookups(found: Found, status: Status, tier: Tier) -> u64 {
    let all = Cache::global();
    let timed = all.lookup.snapshot(Lookup { found, tier }).count();
    let counted = all.lookups.value(Request {
        tier,
        found,
        status,
    });
    assert_eq!(counted, timed, "{found:?}");
    counted
}

#[instrument_stage(stage::lookup, labels(tier = "disk"), none = "miss")]
fn find(key: &str) -> Option<usize> {
    let number = key.parse().ok()?;
    Some(number)
}

#[instrument_stage(stage::lookup, labels(tier), none = "expired")]
async fn find_fresh(tier: Tier, key: &str) -> Option<usize> {
    ready(key).await.parse().ok()
}

#[test]
fn none_records_the_declared_status_and_some_is_ok() {
    assert_eq!(find("x"), None);
    assert_eq!(lookups(Found::Miss, Status::Ok, Tier::Disk), 1);
    assert_eq!(find("7"), Some(7));
    assert_eq!(lookups(Found::Ok, Status::Ok, Tier::Disk), 1);

    for (tier, key) in [(Tier::Memory, "x"), (Tier::Disk, "x"), (Tier::Memory, "7")] {
        assert!(find_fresh(tier, key).now_or_never().is_some());
    }
    assert_eq!(lookups(Found::Expired, Status::Ok, Tier::Memory), 1);
    assert_eq!(lookups(Found::Expired, Status::Ok, Tier::Disk), 1);
    assert_eq!(lookups(Found::Ok, Status::Ok, Tier::Memory), 1);
    assert_eq!(lookups(Found::Error, Status::Error, Tier::Memory), 0);
    assert_eq!(Cache::global().failures.value(), 0, "a word is no error");
}

#[test]
fn declared_status_is_not_a_span_error() {
    let captured = testing::capture();
    assert_eq!(find("x"), None);
    let span = captured.span("lookup");
    assert_eq!((span.error_type(), span.status()), (None, None));
}

#[test]
fn declared_status_needs_a_metric_with_that_value() {
    #[instrument_stage(stage::scan, stream, labels(tier = "memory"), none = "miss")]
    async fn scan(keys: usize) -> Option<impl Stream<Item = usize>> {
        ready(keys > 0).await.then(|| iter(0..keys))
    }
    assert!(scan(0).now_or_never().is_some_and(|found| found.is_none()));
    let (tier, all) = (Tier::Memory, Cache::global());
    let status = Status::Ok;
    let found = Found::Miss;
    assert_eq!(all.scans.value(Lookup { found, tier }), 1);
    assert_eq!(all.scan.snapshot(Plain { tier, status }).count(), 1);
    let stream = scan(2).now_or_never().flatten();
    let items = stream.and_then(|stream| stream.count().now_or_never());
    assert_eq!(items, Some(2));
    let found = Found::Ok;
    assert_eq!(all.scans.value(Lookup { found, tier }), 1);
    assert_eq!(all.scan.snapshot(Plain { tier, status }).count(), 2);
}

#[test]
fn outcomes_can_be_quoted() {
    #[instrument_stage(stage::scan, labels(tier = "disk"), none = "error")]
    fn read(text: &str) -> Option<&str> {
        text.lines().next()
    }
    assert_eq!(read(""), None);
    let (tier, status) = (Tier::Disk, Status::Error);
    let scan = &Cache::global().scan;
    assert_eq!(scan.snapshot(Plain { tier, status }).count(), 1);
}

/// The strictest lints, and names with another meaning.
mod surroundings {
    use super::{Cache, Found, Lookup, Tier};

    mod strict {
        #![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]

        use glyph_core::instrument_stages;

        use super::super::stage;

        /// A store.
        pub(crate) struct Store(pub(crate) usize);

        #[instrument_stages(labels(tier = "disk"))]
        impl Store {
            /// Returns an entry.
            #[must_use]
            #[stage(stage::scan, none = "miss")]
            pub(crate) fn one(&self) -> Option<usize> {
                self.0.checked_sub(1)
            }
        }
    }

    mod shadowed {
        #![no_implicit_prelude]
        #![expect(
            non_camel_case_types,
            dead_code,
            reason = "an expansion must not use these names"
        )]

        mod core {}
        mod telemetry {
            pub(super) use ::glyph_core as glyph;
        }

        use super::super::stage;

        struct Some;
        struct None;
        struct Option;
        struct usize;
        const fn word() {}

        #[telemetry::glyph::instrument_stage(
            stage::scan,
            labels(tier = "disk"),
            none = "expired",
            crate = telemetry::glyph
        )]
        pub(crate) fn find(key: u8) -> ::std::option::Option<u8> {
            key.checked_sub(1)
        }
    }

    #[test]
    fn declared_status_works_with_strict_lints() {
        assert_eq!(strict::Store(0).one(), None);
        assert_eq!(shadowed::find(0), None);
        let (all, tier) = (Cache::global(), Tier::Disk);
        for found in [Found::Miss, Found::Expired] {
            assert_eq!(all.scans.value(Lookup { found, tier }), 1);
        }
    }
}
