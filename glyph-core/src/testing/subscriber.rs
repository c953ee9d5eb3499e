//! The subscriber of a capture, which runs next to subscribers of other threads.

use std::sync::OnceLock;

use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_subscriber::layer::SubscriberExt;

use super::spans::Spans;

/// Returns a subscriber that records all spans and events in `spans`.
pub(super) fn recording(spans: &Spans) -> Dispatch {
    static SENTINELS: OnceLock<[Dispatch; 2]> = OnceLock::new();
    SENTINELS.get_or_init(|| [Dispatch::new(Sentinel), Dispatch::new(Sentinel)]);
    Dispatch::new(tracing_subscriber::registry().with(spans.clone()))
}

/// A subscriber that records nothing, and keeps every callsite enabled for subscribers that do.
///
/// `tracing` caches for each callsite whether any subscriber is interested. While it knows of one
/// subscriber only, it asks that of the thread that reaches the callsite first: a thread without a
/// capture would disable it for all others. Two subscribers that always exist, and may be
/// interested in anything, prevent that.
struct Sentinel;

impl Subscriber for Sentinel {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
