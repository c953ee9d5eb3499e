//! The clock of streams, on both kinds of spans.

use std::time::Duration;

use futures_util::{FutureExt, Stream, StreamExt, stream::iter};
use glyph_runtime::{
    Histogram, instrument_stage, metric_catalog,
    testing::{self, Capture},
    trace::StageSpans::{Records, Tracing},
};
use tracing::info_span;

use super::{exported, named};

#[metric_catalog(namespace = "streams_of_records", stages = stage)]
struct Metrics {
    /// Time of an answer.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(tokens, first_item = first)]
    tokens: Histogram,

    /// Time until the first part of an answer.
    #[metric(unit = seconds, buckets = [1s])]
    first: Histogram,
}

#[instrument_stage(stage::tokens, stream)]
fn speak(captured: &Capture) -> impl Stream<Item = ()> {
    iter([500, 125]).map(|pause| captured.clock().advance(Duration::from_millis(pause)))
}

#[test]
fn clock_of_a_stream_starts_at_the_first_poll() {
    for stages in [Tracing, Records] {
        let captured = testing::capture().frozen();
        let spans = exported(stages, || {
            info_span!("root").in_scope(|| {
                let words = speak(&captured);
                captured.clock().advance(Duration::from_secs(9));
                assert_eq!(words.count().now_or_never(), Some(2));
            });
        });
        assert_eq!(named(&spans, "tokens").name, "tokens");
        let whole = captured.histogram::<stage::tokens>();
        assert_eq!((whole.count(), whole.sum()), (1, 0.625), "{stages:?}");
        let first = captured.histogram_of(&Metrics::global().first);
        assert_eq!((first.count(), first.sum()), (1, 0.5), "{stages:?}");
    }
}
