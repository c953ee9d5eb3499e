//! A stream under a stage: its items, its gaps and its end.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]
#![expect(clippy::float_cmp, reason = "a number of calls is whole")]

use std::{
    future::ready,
    io,
    mem::size_of_val,
    num::ParseIntError,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
};

use futures_util::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{BoxStream, iter, pending, poll_fn},
};
use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet, instrument_stage, metric_catalog, stage as current,
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
pub(crate) enum Ended {
    Ok,
    Error,
    Timeout,
    Cancelled,
    Panicked,
}

#[derive(LabelSet)]
pub(crate) struct Whole<'a> {
    #[label(max = 64)]
    pub(crate) source: &'a str,
    pub(crate) ended: Ended,
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

/// Asserts that one stream of `source` ended so, after `items` items, of which `errors` were errors.
#[track_caller]
fn assert_ended(source: &str, ended: Ended, items: u64, errors: u64) {
    let all = Streams::global();
    let whole = |ended| Whole { source, ended };
    assert_eq!(all.calls.value(whole(ended)), 1, "calls of {source}");
    assert_eq!(all.duration.snapshot(whole(ended)).count(), 1);
    assert_eq!(all.running.value(Source { source }), 0.0);
    assert_eq!(all.items.value(whole(Ended::Ok)), items - errors);
    assert_eq!(all.items.value(whole(Ended::Error)), errors);
    assert_eq!(all.first.snapshot(Source { source }).count(), items.min(1));
    let gaps = all.gaps.snapshot(Source { source }).count();
    assert_eq!(gaps, items.saturating_sub(1));
}

#[tokio::test]
async fn a_stream_that_finishes() {
    #[instrument_stage(stage::tokens, stream, labels(source = "finished"))]
    fn count(to: u32) -> impl Stream<Item = u32> {
        iter(0..to)
    }
    drop(count(7));
    assert_eq!(count(3).collect::<Vec<_>>().await, [0, 1, 2]);
    assert_ended("finished", Ended::Ok, 3, 0);
}

#[tokio::test]
async fn the_first_error_decides() {
    #[instrument_stage(stage::tokens, stream, labels(source = "error"))]
    fn read(text: &str) -> Pin<Box<dyn Stream<Item = Result<u32, ParseIntError>> + Send + '_>> {
        if text.is_empty() {
            return Box::pin(iter([]));
        }
        Box::pin(iter(text.split(' ').map(str::parse)))
    }
    assert_eq!(read("1 x 3").count().await, 3);
    assert_ended("error", Ended::Error, 3, 1);
}

#[tokio::test]
async fn a_stream_dropped_half_way_is_cancelled() {
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
    assert_ended("cancelled", Ended::Cancelled, 2, 0);
}

#[test]
fn a_panic_is_the_end() {
    #[instrument_stage(stage::tokens, stream, labels(source = "panicked"))]
    fn fail() -> impl Stream<Item = u32> {
        iter([0]).map(|_| resume_unwind(Box::new(())))
    }
    let mut stream = Box::pin(fail());
    assert!(catch_unwind(AssertUnwindSafe(|| stream.next().now_or_never())).is_err());
    drop(stream);
    assert_ended("panicked", Ended::Panicked, 0, 0);
}

/// How many streams are under way.
fn running(source: &str) -> f64 {
    Streams::global().running.value(Source { source })
}

#[test]
fn retries_between_items_are_the_stream_s() {
    #[instrument_stage(stage::tokens, stream, labels(source = "retries"))]
    fn count() -> impl Stream<Item = u8> {
        iter(0..3).inspect(|_| current::retry())
    }
    assert_eq!(count().count().now_or_never(), Some(3));
    let source = "retries";
    assert_eq!(Streams::global().retries.value(Source { source }), 3);
}

/// A stream that is made first, which may fail: the call is both.
mod made {
    use super::*;

    /// The endings that a function has whose argument says so.
    #[track_caller]
    fn assert_every_ending<F, S>(source: &'static str, make: impl Fn(&'static str) -> F)
    where
        F: Future<Output = Result<S, ParseIntError>>,
        S: Stream<Item = u8>,
    {
        let calls = |ended| Streams::global().calls.value(Whole { source, ended });
        drop(make("3"));
        assert_eq!(running(source), 0.0);
        {
            let mut waiting = Box::pin(make("wait"));
            assert!(waiting.as_mut().now_or_never().is_none());
            assert_eq!(running(source), 1.0);
        }
        assert_eq!(calls(Ended::Cancelled), 1, "dropped before the stream");
        assert!(make("x").now_or_never().unwrap().is_err());
        assert_eq!(calls(Ended::Error), 1, "an error instead of a stream");
        let numbers = make("3").now_or_never().unwrap().ok().unwrap();
        assert_eq!((running(source), calls(Ended::Ok)), (1.0, 0));
        let items: Vec<_> = numbers.collect().now_or_never().unwrap();
        assert_eq!(items, [0, 1, 2]);
        assert_eq!(calls(Ended::Ok), 1, "a finished stream");
        drop(make("2").now_or_never());
        assert_eq!(calls(Ended::Cancelled), 2, "a stream dropped unpolled");
        let panicked = catch_unwind(AssertUnwindSafe(|| make("panic").now_or_never().is_none()));
        assert!(panicked.is_err());
        assert_eq!(calls(Ended::Panicked), 1, "a panic instead of a stream");
        assert_eq!(running(source), 0.0);
        let all = Streams::global();
        assert_eq!(all.first.snapshot(Source { source }).count(), 1);
        assert_eq!(all.gaps.snapshot(Source { source }).count(), 2);
        let ended = Ended::Ok;
        assert_eq!(all.items.value(Whole { source, ended }), 3);
    }

    async fn end(how: &str) -> Result<u8, ParseIntError> {
        match how {
            "wait" => std::future::pending().await,
            "panic" => resume_unwind(Box::new(())),
            how => ready(how).await.parse(),
        }
    }

    #[test]
    fn by_an_async_function() {
        #[instrument_stage(stage::tokens, stream, labels(source = "made: opaque"))]
        async fn opaque(
            how: &str,
        ) -> Result<impl Stream<Item = u8> + Unpin + use<>, ParseIntError> {
            if how.is_empty() {
                return Ok(iter(0..0));
            }
            let to = end(how).await?;
            Ok(iter(0..to))
        }
        #[instrument_stage(stage::tokens, stream, labels(source = "made: boxed"))]
        async fn boxed(
            how: &str,
        ) -> Result<Pin<Box<dyn Stream<Item = u8> + Send + '_>>, ParseIntError> {
            let to = end(how).await?;
            if to == 0 {
                return Ok(Box::pin(iter([])));
            }
            Ok(Box::pin(iter(0..to)))
        }
        #[instrument_stage(stage::tokens, stream, labels(source = "made: BoxStream"))]
        async fn named(how: &str) -> Result<BoxStream<'_, u8>, ParseIntError> {
            end(how).await.map(|to| iter(0..to).boxed())
        }
        assert_every_ending("made: opaque", opaque);
        assert_every_ending("made: boxed", boxed);
        assert_every_ending("made: BoxStream", named);
    }

    #[test]
    fn by_a_function_that_returns_a_future() {
        #[instrument_stage(stage::tokens, stream, labels(source = "made: BoxFuture"))]
        fn made(how: &str) -> BoxFuture<'_, Result<BoxStream<'_, u8>, ParseIntError>> {
            Box::pin(async move {
                let to = end(how).await?;
                Ok(iter(0..to).boxed())
            })
        }
        assert_every_ending("made: BoxFuture", made);
    }

    #[async_trait::async_trait]
    trait Generate {
        async fn generate(
            &self,
            how: &'static str,
        ) -> Result<BoxStream<'static, u8>, ParseIntError>;
    }

    struct Generator;

    #[async_trait::async_trait]
    impl Generate for Generator {
        #[instrument_stage(stage::tokens, stream, labels(source = "made: async_trait"))]
        async fn generate(
            &self,
            how: &'static str,
        ) -> Result<BoxStream<'static, u8>, ParseIntError> {
            let to = end(how).await?;
            Ok(iter(0..to).boxed())
        }
    }

    #[test]
    fn by_a_method_under_async_trait() {
        assert_every_ending("made: async_trait", |how| Generator.generate(how));
    }

    #[test]
    fn by_a_plain_function() {
        #[instrument_stage(stage::tokens, stream, labels(source = "made: plain"))]
        fn read(text: &str) -> io::Result<impl Stream<Item = Result<u8, ParseIntError>>> {
            if text.is_empty() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            Ok(iter(text.split(' ').map(str::parse)))
        }
        let source = "made: plain";
        let calls = |ended| Streams::global().calls.value(Whole { source, ended });
        assert!(read("").is_err());
        assert_eq!(calls(Ended::Timeout), 1);
        assert_eq!(read("1 x").unwrap().count().now_or_never(), Some(2));
        assert_eq!(calls(Ended::Error), 1, "an error among the items");
        let mut half = read("1 2").unwrap();
        assert_eq!(half.next().now_or_never(), Some(Some(Ok(1))));
        drop(half);
        assert_eq!(calls(Ended::Cancelled), 1);
        assert_eq!(running(source), 0.0);
    }

    #[test]
    fn or_not_made_at_all() {
        #[instrument_stage(stage::tokens, stream, labels(source = "made: option"), none = timeout)]
        async fn find(known: bool) -> Option<impl Stream<Item = u8>> {
            ready(known).await.then(|| iter(0..2))
        }
        let source = "made: option";
        let calls = |ended| Streams::global().calls.value(Whole { source, ended });
        assert!(find(false).now_or_never().unwrap().is_none());
        assert_eq!(calls(Ended::Timeout), 1);
        let found = find(true).now_or_never().unwrap().unwrap();
        assert_eq!(found.count().now_or_never(), Some(2));
        assert_eq!(calls(Ended::Ok), 1);
    }

    #[test]
    fn without_fail() {
        #[instrument_stage(stage::tokens, stream, labels(source = "made: always"))]
        async fn opaque(to: u8) -> impl Stream<Item = u8> {
            ready(()).await;
            iter(0..to)
        }
        #[instrument_stage(stage::tokens, stream, labels(source = "made: always, boxed"))]
        async fn boxed(to: u8) -> BoxStream<'static, u8> {
            iter(0..ready(to).await).boxed()
        }
        let made = opaque(3).now_or_never().unwrap();
        assert_eq!(
            running("made: always"),
            1.0,
            "the call began with the making"
        );
        assert_eq!(made.count().now_or_never(), Some(3));
        assert_ended("made: always", Ended::Ok, 3, 0);
        drop(boxed(3).now_or_never().unwrap());
        assert_ended("made: always, boxed", Ended::Cancelled, 0, 0);
    }
}

/// A function that ends with a box has the measurement inside of it: there is no second box.
mod boxes {
    use super::*;

    /// A stream that is recognised by its size.
    fn large(first: u8) -> impl Stream<Item = u8> + Send + use<> {
        let memory = [first; 4096];
        poll_fn(move |_| std::task::Poll::Ready(memory.first().copied()))
    }

    #[instrument_stage(stage::tokens, stream, labels(source = "boxes: pin"))]
    fn pinned() -> Pin<Box<dyn Stream<Item = u8> + Send>> {
        let first = 0;
        Box::pin(large(first))
    }

    #[instrument_stage(stage::tokens, stream, labels(source = "boxes: path"))]
    fn by_path() -> BoxStream<'static, u8> {
        Box::<_>::pin(large(0))
    }

    #[instrument_stage(stage::tokens, stream, labels(source = "boxes: method"))]
    fn by_method(take: usize) -> BoxStream<'static, u8> {
        if take == 0 { large(1) } else { large(0) }
            .take(take)
            .boxed()
    }

    #[instrument_stage(stage::tokens, stream, labels(source = "boxes: items"))]
    fn with_inferred_items(text: &str) -> BoxStream<'_, Result<u8, ParseIntError>> {
        Box::pin(large(0).map(move |_| {
            let number = text.parse()?;
            Ok(number)
        }))
    }

    macro_rules! hidden_return {
        () => {
            return Box::pin(iter([]))
        };
    }

    #[instrument_stage(stage::tokens, stream, labels(source = "boxes: elsewhere"))]
    fn with_another_way_out(early: bool) -> BoxStream<'static, u8> {
        if early {
            hidden_return!();
        }
        Box::pin(large(0))
    }

    #[test]
    fn there_is_one() {
        for mut stream in [pinned(), by_path(), by_method(1)] {
            assert!(size_of_val(&*stream) > 4096);
            assert_eq!(stream.next().now_or_never(), Some(Some(0)));
        }
        assert_ended("boxes: pin", Ended::Cancelled, 1, 0);
        assert_ended("boxes: path", Ended::Cancelled, 1, 0);
        let mut inferred = with_inferred_items("x");
        assert!(size_of_val(&*inferred) > 4096);
        assert!(inferred.next().now_or_never().unwrap().unwrap().is_err());
        drop(inferred);
        assert_ended("boxes: items", Ended::Error, 1, 1);
    }

    #[test]
    fn or_two_where_there_is_another_way_out() {
        let stream = with_another_way_out(true);
        assert!(size_of_val(&*stream) < 4096);
        assert_eq!(stream.count().now_or_never(), Some(0));
        drop(with_another_way_out(false));
        assert_ended("boxes: elsewhere", Ended::Ok, 0, 0);
    }
}
