//! Streams of a stage: items, gaps and ends.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(
    clippy::float_cmp,
    reason = "counts are integers, and times of a frozen clock are exact"
)]

mod boxes;
mod made;

use std::{
    num::ParseIntError,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    time::Duration,
};

use futures_util::{
    FutureExt, Stream, StreamExt,
    stream::{BoxStream, iter, pending},
};
use glyph_core::{
    CallStatus, Counter, Gauge, Histogram, LabelSet, instrument_stage, metric_catalog,
    stage as current,
    testing::{self, Capture},
};

#[derive(LabelSet)]
pub(crate) struct Whole<'a> {
    #[label(max = 64)]
    pub(crate) source: &'a str,
    pub(crate) ended: CallStatus,
}

#[derive(LabelSet)]
pub(crate) struct Source<'a> {
    #[label(max = 64)]
    pub(crate) source: &'a str,
}

#[metric_catalog(namespace = "streams", stages = stage)]
pub(crate) struct Streams {
    /// Time that streams took.
    #[metric(unit = seconds, buckets = [1ms, 1s])]
    #[stage(
        tokens,
        requests = calls,
        in_flight = running,
        first_item = first,
        between_items = gaps,
        items = items,
        retries = retries,
        labels(source: &str)
    )]
    pub(crate) duration: Histogram<Whole<'_>>,
    /// Streams that ended.
    pub(crate) calls: Counter<Whole<'_>>,
    /// Streams under way.
    pub(crate) running: Gauge<Source<'_>>,
    /// Time to the first item.
    #[metric(unit = seconds, buckets = [1ms, 1s])]
    pub(crate) first: Histogram<Source<'_>>,
    /// Time between items.
    #[metric(unit = seconds, buckets = [1ms, 1s])]
    pub(crate) gaps: Histogram<Source<'_>>,
    /// Items.
    pub(crate) items: Counter<Whole<'_>>,
    /// Retries.
    pub(crate) retries: Counter<Source<'_>>,
}

/// Asserts that one stream of `source` ended this way, after `items` items with `errors` errors.
#[track_caller]
fn assert_ended(source: &str, ended: CallStatus, items: u64, errors: u64) {
    let all = Streams::global();
    let whole = |ended| Whole { source, ended };
    assert_eq!(all.calls.value(whole(ended)), 1, "calls of {source}");
    assert_eq!(all.duration.snapshot(whole(ended)).count(), 1);
    assert_eq!(all.running.value(Source { source }), 0.0);
    assert_eq!(all.items.value(whole(CallStatus::Ok)), items - errors);
    assert_eq!(all.items.value(whole(CallStatus::Error)), errors);
    assert_eq!(all.first.snapshot(Source { source }).count(), items.min(1));
    let gaps = all.gaps.snapshot(Source { source }).count();
    assert_eq!(gaps, items.saturating_sub(1));
}

#[tokio::test]
async fn finished_stream_is_ok() {
    #[instrument_stage(stage::tokens, stream, labels(source = "finished"))]
    fn count(to: u32) -> impl Stream<Item = u32> {
        iter(0..to)
    }
    drop(count(7));
    assert_eq!(count(3).collect::<Vec<_>>().await, [0, 1, 2]);
    assert_ended("finished", CallStatus::Ok, 3, 0);
}

#[tokio::test]
async fn first_error_decides_the_outcome() {
    #[instrument_stage(stage::tokens, stream, labels(source = "error"))]
    fn read(text: &str) -> Pin<Box<dyn Stream<Item = Result<u32, ParseIntError>> + Send + '_>> {
        if text.is_empty() {
            return Box::pin(iter([]));
        }
        Box::pin(iter(text.split(' ').map(str::parse)))
    }
    assert_eq!(read("1 x 3").count().await, 3);
    assert_ended("error", CallStatus::Error, 3, 1);
}

#[tokio::test]
async fn half_read_stream_is_cancelled() {
    #[instrument_stage(stage::tokens, stream, labels(source = name))]
    fn wait(name: &str) -> BoxStream<'_, char> {
        iter(name.chars()).chain(pending()).boxed()
    }
    let mut stream = wait("cancelled");
    assert_eq!(
        Streams::global().running.value(Source {
            source: "cancelled"
        }),
        0.0
    );
    assert_eq!(stream.next().await, Some('c'));
    assert_eq!(stream.next().await, Some('a'));
    assert_eq!(
        Streams::global().running.value(Source {
            source: "cancelled"
        }),
        1.0
    );
    drop(stream);
    assert_ended("cancelled", CallStatus::Cancelled, 2, 0);
}

#[test]
fn panic_ends_the_stream() {
    #[instrument_stage(stage::tokens, stream, labels(source = "panicked"))]
    fn fail() -> impl Stream<Item = u32> {
        iter([0]).map(|_| resume_unwind(Box::new(())))
    }
    let mut stream = Box::pin(fail());
    assert!(catch_unwind(AssertUnwindSafe(|| stream.next().now_or_never())).is_err());
    drop(stream);
    assert_ended("panicked", CallStatus::Panicked, 0, 0);
}

/// Returns the number of streams in flight.
fn running(source: &str) -> f64 {
    Streams::global().running.value(Source { source })
}

#[test]
fn retries_between_items_belong_to_the_stream() {
    #[instrument_stage(stage::tokens, stream, labels(source = "retries"))]
    fn count() -> impl Stream<Item = u8> {
        iter(0..3).inspect(|_| current::retry())
    }
    assert_eq!(count().count().now_or_never(), Some(3));
    let source = "retries";
    assert_eq!(Streams::global().retries.value(Source { source }), 3);
}

#[test]
fn stream_span_opens_in_the_call_below_its_caller() {
    #[instrument_stage(stage::tokens, stream, labels(source = "span"), fields(to))]
    fn count(to: u8) -> impl Stream<Item = u8> {
        iter(0..to).inspect(|_| {
            let current = tracing::Span::current();
            assert_eq!(
                current.metadata().map(tracing::Metadata::name),
                Some("tokens")
            );
        })
    }
    let captured = testing::capture();
    drop(count(1));
    assert_eq!(count(2).count().now_or_never(), Some(2));
    let spans = captured.spans();
    let seen: Vec<_> = spans.iter().map(|span| span.field("to")).collect();
    assert_eq!(seen, [Some("1"), Some("2")]);
    assert!(spans.iter().all(|span| span.error_type().is_none()));
    assert_eq!(captured.histogram::<stage::tokens>().count(), 1);
}

#[tokio::test]
async fn items_and_gaps_have_durations() {
    #[instrument_stage(stage::tokens, stream, labels(source = "timed"))]
    fn speak(captured: &Capture, pauses: [u64; 3]) -> impl Stream<Item = ()> {
        iter(pauses).map(|pause| captured.clock().advance(Duration::from_millis(pause)))
    }
    let captured = testing::capture().frozen();
    let words = speak(&captured, [500, 125, 250]);
    captured.clock().advance(Duration::from_secs(9));
    assert_eq!(words.count().await, 3);

    let streams = Streams::global();
    let first = captured.histogram_of(&streams.first);
    assert_eq!((first.count(), first.sum()), (1, 0.5));
    let gaps = captured.histogram_of(&streams.gaps);
    assert_eq!((gaps.count(), gaps.sum()), (2, 0.375));
    let whole = captured.histogram::<stage::tokens>();
    assert_eq!((whole.count(), whole.sum()), (1, 0.875));
}
