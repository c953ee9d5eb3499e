//! Functions whose return type is hidden by an alias or made by a macro.

use std::{
    fmt,
    task::{Context, Poll, Waker},
};

use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{BoxStream, iter},
};
use glyph_core::{Outcome, instrument_stage};

use crate::instrument_stage::tally::{assert_ended, stage};

/// An error of another crate, without an outcome.
#[derive(Debug, PartialEq)]
struct Foreign;

impl fmt::Display for Foreign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("foreign")
    }
}

type Answer<T> = BoxFuture<'static, Result<T, Foreign>>;

trait Service {
    type Answer;

    fn call(&mut self, number: u32) -> Self::Answer;
}

struct Doubled;

impl Service for Doubled {
    type Answer = Answer<u32>;

    #[instrument_stage(stage::call, labels(function = "hidden: associated"))]
    fn call(&mut self, number: u32) -> Self::Answer {
        Box::pin(async move { Ok(number * 2) })
    }
}

#[test]
fn future_with_an_alias_or_associated_type_is_measured() {
    #[instrument_stage(stage::call, labels(function = "hidden: alias"))]
    fn answer(number: u32) -> Answer<u32> {
        Box::pin(async move { if number > 0 { Ok(number) } else { Err(Foreign) } })
    }
    assert_eq!(answer(1).now_or_never(), Some(Ok(1)));
    assert_eq!(answer(0).now_or_never(), Some(Err(Foreign)));
    assert_ended("hidden: alias", &[Outcome::Ok, Outcome::Error]);
    assert_eq!(Doubled.call(2).now_or_never(), Some(Ok(4)));
    assert_ended("hidden: associated", &[Outcome::Ok]);
}

#[test]
fn boxed_stream_from_a_boxed_future_is_measured() {
    #[instrument_stage(stage::call, stream, labels(function = "hidden: stream"))]
    fn count(to: u32) -> BoxFuture<'static, BoxStream<'static, u32>> {
        Box::pin(async move { iter(0..to).boxed() })
    }
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(stream) = count(3).poll_unpin(&mut context) else {
        unreachable!("nothing in it waits")
    };
    assert_eq!(stream.count().now_or_never(), Some(3));
    assert_ended("hidden: stream", &[Outcome::Ok]);
}

#[async_trait::async_trait]
trait Generate {
    async fn generate(&self) -> BoxStream<'static, u32>;
}

#[async_trait::async_trait]
impl Generate for Doubled {
    #[instrument_stage(stage::call, stream, labels(function = "hidden: trait"))]
    async fn generate(&self) -> BoxStream<'static, u32> {
        iter([1, 2]).boxed()
    }
}

#[test]
fn async_trait_method_can_return_a_boxed_stream() {
    let stream = Doubled.generate().now_or_never().unwrap();
    assert_eq!(stream.count().now_or_never(), Some(2));
    assert_ended("hidden: trait", &[Outcome::Ok]);
}

macro_rules! instrumented {
    ($name:ident, $value:expr) => {
        #[instrument_stage(stage::call, labels(function = "hidden: macro"), fields(shown = %$value, plain = $value))]
        fn $name() {}
    };
}

instrumented!(from_a_macro, 1 + 2);

#[test]
fn macro_expression_is_one_expression() {
    from_a_macro();
    assert_ended("hidden: macro", &[Outcome::Ok]);
}
