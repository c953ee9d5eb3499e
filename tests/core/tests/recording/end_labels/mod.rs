//! Labels whose values are known at the end of a call.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::panic, reason = "calls that panic")]

mod blocks;
mod functions;
mod limits;
mod streams;

use glyph_core::{
    CallStatus, Counter, Gauge, Histogram, Label, LabelSet, metric_catalog, testing::Capture,
};

/// The store that a lookup asks.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Redis,
    Disk,
}

/// The result of a lookup.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    Hit,
    Miss,
    Unknown,
}

#[derive(LabelSet)]
pub(crate) struct Lookup {
    pub(crate) store: Store,
    pub(crate) cache: Cache,
    pub(crate) status: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Failed {
    pub(crate) cache: Cache,
}

#[derive(LabelSet)]
pub(crate) struct Reply<'a> {
    #[label(max = 4)]
    pub(crate) code: Option<u16>,
    #[label(max = 3)]
    pub(crate) region: &'a str,
    #[label(max = 2)]
    pub(crate) path: &'a str,
    pub(crate) retried: Option<bool>,
}

#[metric_catalog(namespace = "end_labels", stages = stage)]
pub(crate) struct Metrics {
    /// Duration of lookups.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(
        lookup,
        requests = lookups,
        errors = failed,
        in_flight = running,
        labels(store: Store),
        end_labels(cache: Cache = Cache::Unknown),
    )]
    lookup: Histogram<Lookup>,
    /// Lookups.
    lookups: Counter<Lookup>,
    /// Lookups that failed.
    failed: Counter<Failed>,
    /// Running lookups.
    running: Gauge<Running>,

    /// Duration of calls.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(
        fetch,
        requests = replies,
        labels(path: &str),
        end_labels(code: Option<u16> = None, region: &str = "nowhere", retried: Option<bool> = None),
    )]
    fetch: Histogram,
    /// Replies.
    replies: Counter<Reply<'_>>,
}

#[derive(LabelSet)]
pub(crate) struct Running {
    pub(crate) store: Store,
}

/// Returns the lookups with these labels, in the counter and in the histogram.
pub(crate) fn lookups(store: Store, cache: Cache, status: CallStatus) -> u64 {
    let metrics = Metrics::global();
    let labels = || Lookup {
        store,
        cache,
        status,
    };
    let counted = metrics.lookups.value(labels());
    assert_eq!(metrics.lookup.snapshot(labels()).count(), counted);
    counted
}

/// Asserts that the only lookup has these labels, on its span too, and that none is running.
pub(crate) fn assert_only(captured: &Capture, store: Store, cache: Cache, status: CallStatus) {
    let mut all = Vec::new();
    for cache in [Cache::Hit, Cache::Miss, Cache::Unknown] {
        for store in [Store::Redis, Store::Disk] {
            for status in CallStatus::VALUES.unwrap_or_default() {
                let index = CallStatus::VALUES
                    .unwrap_or_default()
                    .iter()
                    .position(|known| known == status);
                let status = CallStatus::literal(index.unwrap(), status);
                let count = lookups(store, cache, status);
                all.extend((count > 0).then_some((store, cache, status, count)));
            }
        }
        let running = [Store::Redis, Store::Disk].map(|store| Running { store });
        let running = running.map(|labels| Metrics::global().running.value(labels));
        assert!(running.iter().all(|running| *running == 0.0), "{running:?}");
    }
    assert_eq!(all, [(store, cache, status, 1)]);
    let text = cache.with_text(ToOwned::to_owned);
    assert_eq!(captured.span("lookup").field("cache"), Some(&*text));
}
