//! A program's view of a library's catalog, in `/metrics`.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

mod keys;
mod labels;
mod misfits;
mod names;

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet, Telemetry, View, catalog::IntoView, metric_catalog,
};
use glyph_tests::{Page, environment};

/// The catalogs of a library.
mod library {
    use super::{Counter, Gauge, Histogram, Label, LabelSet, metric_catalog};

    #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Found {
        Hit,
        Miss,
    }

    #[derive(LabelSet)]
    pub(super) struct Lookup<'a> {
        pub(super) found: Found,
        #[label(max = 3)]
        pub(super) table: &'a str,
    }

    #[derive(LabelSet)]
    pub(super) struct Shard<'a> {
        #[label(max = 8)]
        pub(super) shard: &'a str,
    }

    #[metric_catalog(namespace = "library", scope(Caller { caller: max 4 }))]
    pub(super) struct CacheMetrics {
        /// Lookups of values.
        pub(super) lookups: Counter<Lookup<'_>>,
        /// Evicted values, by whether they had been found.
        #[metric(label = "found")]
        pub(super) evictions: Counter<Found>,
        /// Time to load a value.
        #[metric(name = "load.duration", unit = seconds, buckets = [1ms, 10ms, 100ms, 1s])]
        pub(super) load: Histogram<Lookup<'_>>,
        /// Age of the oldest value.
        #[metric(name = "oldest.age", unit = seconds)]
        pub(super) oldest: Gauge<Shard<'_>>,
        #[catalog]
        pub(super) disk: DiskMetrics,
    }

    #[metric_catalog(namespace = "library.disk")]
    pub(super) struct DiskMetrics {
        /// Bytes read from the disk.
        #[metric(name = "read", unit = bytes)]
        pub(super) read: Counter,
        /// Waits for the disk.
        pub(super) waits: Counter,
    }
}

use library::{CacheMetrics, DiskMetrics, Found, Lookup};

/// The view of a program that has nothing to say.
fn view() -> View<CacheMetrics> {
    View::of(CacheMetrics::global())
}

fn telemetry(view: impl IntoView) -> Telemetry {
    environment::telemetry("shop")
        .catalog(view)
        .build()
        .unwrap()
}

fn page(view: impl IntoView) -> Page {
    Page::of(&telemetry(view)).unwrap()
}
