//! Creation of a stream that may fail: the call includes the creation and the stream.

use std::{
    future::{pending, ready},
    io,
    num::ParseIntError,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
};

use futures_util::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{BoxStream, iter},
};
use glyph_core::instrument_stage;

use crate::streams::{CallStatus, Source, Streams, Whole, assert_ended, running, stage};

/// Asserts every ending of a function whose argument selects one.
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
    assert_eq!(calls(CallStatus::Cancelled), 1, "dropped before the stream");
    assert!(make("x").now_or_never().unwrap().is_err());
    assert_eq!(calls(CallStatus::Error), 1, "an error instead of a stream");
    let numbers = make("3").now_or_never().unwrap().ok().unwrap();
    assert_eq!((running(source), calls(CallStatus::Ok)), (1.0, 0));
    let items: Vec<_> = numbers.collect().now_or_never().unwrap();
    assert_eq!(items, [0, 1, 2]);
    assert_eq!(calls(CallStatus::Ok), 1, "a finished stream");
    drop(make("2").now_or_never());
    assert_eq!(calls(CallStatus::Cancelled), 2, "a stream dropped unpolled");
    let panicked = catch_unwind(AssertUnwindSafe(|| make("panic").now_or_never().is_none()));
    assert!(panicked.is_err());
    assert_eq!(
        calls(CallStatus::Panicked),
        1,
        "a panic instead of a stream"
    );
    assert_eq!(running(source), 0.0);
    let all = Streams::global();
    assert_eq!(all.first.snapshot(Source { source }).count(), 1);
    assert_eq!(all.gaps.snapshot(Source { source }).count(), 2);
    let ended = CallStatus::Ok;
    assert_eq!(all.items.value(Whole { source, ended }), 3);
}

async fn end(how: &str) -> Result<u8, ParseIntError> {
    match how {
        "wait" => pending().await,
        "panic" => resume_unwind(Box::new(())),
        how => ready(how).await.parse(),
    }
}

#[test]
fn stream_of_an_async_function_is_measured() {
    #[instrument_stage(stage::tokens, stream, labels(source = "made: opaque"))]
    async fn opaque(how: &str) -> Result<impl Stream<Item = u8> + Unpin + use<>, ParseIntError> {
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
fn stream_of_a_function_returning_a_future_is_measured() {
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
    async fn generate(&self, how: &'static str) -> Result<BoxStream<'static, u8>, ParseIntError>;
}

struct Generator;

#[async_trait::async_trait]
impl Generate for Generator {
    #[instrument_stage(stage::tokens, stream, labels(source = "made: async_trait"))]
    async fn generate(&self, how: &'static str) -> Result<BoxStream<'static, u8>, ParseIntError> {
        let to = end(how).await?;
        Ok(iter(0..to).boxed())
    }
}

#[test]
fn stream_of_an_async_trait_method_is_measured() {
    assert_every_ending("made: async_trait", |how| Generator.generate(how));
}

#[test]
fn stream_of_a_plain_function_is_measured() {
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
    assert_eq!(calls(CallStatus::Timeout), 1);
    assert_eq!(read("1 x").unwrap().count().now_or_never(), Some(2));
    assert_eq!(calls(CallStatus::Error), 1, "an error among the items");
    let mut half = read("1 2").unwrap();
    assert_eq!(half.next().now_or_never(), Some(Some(Ok(1))));
    drop(half);
    assert_eq!(calls(CallStatus::Cancelled), 1);
    assert_eq!(running(source), 0.0);
}

#[test]
fn failed_creation_of_a_stream_is_recorded() {
    #[instrument_stage(stage::tokens, stream, labels(source = "made: option"), none = timeout)]
    async fn find(known: bool) -> Option<impl Stream<Item = u8>> {
        ready(known).await.then(|| iter(0..2))
    }
    let source = "made: option";
    let calls = |ended| Streams::global().calls.value(Whole { source, ended });
    assert!(find(false).now_or_never().unwrap().is_none());
    assert_eq!(calls(CallStatus::Timeout), 1);
    let found = find(true).now_or_never().unwrap().unwrap();
    assert_eq!(found.count().now_or_never(), Some(2));
    assert_eq!(calls(CallStatus::Ok), 1);
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
    assert_ended("made: always", CallStatus::Ok, 3, 0);
    drop(boxed(3).now_or_never().unwrap());
    assert_ended("made: always, boxed", CallStatus::Cancelled, 0, 0);
}
