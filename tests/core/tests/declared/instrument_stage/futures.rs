//! Functions that return a future: the future is measured, not its creation.

use std::{
    cell::Cell,
    future::{pending, ready},
    num::ParseIntError,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::Poll,
};

use futures_util::future::{BoxFuture, FutureExt, LocalBoxFuture};
use glyph_core::{Outcome, instrument_stage};

use crate::instrument_stage::{
    asynchronous::{poll, turn},
    tally::{Tally, assert_ended, stage},
};

/// Returns a value or an error, panics or waits forever, as its argument says.
async fn end(how: &str) -> Result<u8, ParseIntError> {
    turn().await;
    match how {
        "panic" => resume_unwind(Box::new(())),
        "wait" => pending().await,
        text => text.parse(),
    }
}

/// Asserts that the calls of `make` end in every way, and that creating a future is not a call.
#[track_caller]
fn assert_every_ending<F>(function: &str, make: impl Fn(&'static str) -> F)
where
    F: Future<Output = Result<u8, ParseIntError>>,
{
    let run = |how| {
        let mut future = Box::pin(make(how));
        assert_eq!(Tally::running(function), 0.0);
        assert!(poll(future.as_mut()).is_pending());
        assert_eq!(Tally::running(function), 1.0);
        poll(future.as_mut())
    };
    drop(make("never polled"));
    assert_eq!(run("7"), Poll::Ready(Ok(7)));
    assert!(matches!(run("seven"), Poll::Ready(Err(_))));
    assert!(run("wait").is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| run("panic"))).is_err());
    assert_ended(
        function,
        &[
            Outcome::Ok,
            Outcome::Error,
            Outcome::Cancelled,
            Outcome::Panicked,
        ],
    );
}

#[test]
fn opaque_future_is_measured() {
    #[instrument_stage(stage::call, labels(function = "future: opaque"))]
    #[expect(clippy::manual_async_fn, reason = "this is the form under test")]
    fn call(how: &str) -> impl Future<Output = Result<u8, ParseIntError>> + Send {
        async move {
            let number = end(how).await?;
            Ok(number)
        }
    }
    assert_every_ending("future: opaque", call);
}

#[test]
fn boxed_future_is_boxed_once() {
    #[instrument_stage(stage::call, labels(function = "future: boxed"))]
    fn call(how: &str) -> Pin<Box<dyn Future<Output = Result<u8, ParseIntError>> + Send + '_>> {
        Box::pin(async move {
            if how.is_empty() {
                return Ok(0);
            }
            end(how).await
        })
    }
    assert_every_ending("future: boxed", call);
}

#[test]
fn known_future_types_are_recognized() {
    #[instrument_stage(stage::call, labels(function = "future: BoxFuture"))]
    fn boxed(how: &str) -> BoxFuture<'_, Result<u8, ParseIntError>> {
        async move { end(how).await }.boxed()
    }
    #[instrument_stage(stage::call, labels(function = "future: LocalBoxFuture"))]
    fn local(how: &'static str) -> LocalBoxFuture<'static, Result<u8, ParseIntError>> {
        let count = Rc::new(Cell::new(0));
        Box::pin(async move {
            count.set(1);
            end(how).await
        })
    }
    assert_every_ending("future: BoxFuture", boxed);
    assert_every_ending("future: LocalBoxFuture", local);
}

#[test]
fn future_alias_is_recognized_by_its_async_block() {
    type Answer<'a> = Pin<Box<dyn Future<Output = Result<u8, ParseIntError>> + 'a>>;

    #[instrument_stage(stage::call, labels(function = "future: own name"))]
    fn call(how: &str) -> Answer<'_> {
        Box::pin(async { end(how).await })
    }
    assert_every_ending("future: own name", call);
}

#[test]
fn code_before_the_async_block_runs_in_the_call() {
    #[instrument_stage(stage::call, labels(function = &name))]
    fn call(name: &str, calls: &Cell<u32>) -> impl Future<Output = usize> + use<> {
        calls.set(calls.get() + 1);
        let name = format!("future: {name}");
        async move { name.len() }
    }
    let calls = Cell::new(0);
    let mut future = pin!(call("before", &calls));
    assert_eq!(calls.get(), 1);
    assert_eq!(poll(future.as_mut()), Poll::Ready(14));
    assert_eq!(calls.get(), 1);
    assert_ended("future: before", &[Outcome::Ok]);
}

#[test]
fn errors_convert_and_values_coerce_as_before() {
    type Failure = Box<dyn std::error::Error + Send + Sync>;

    #[instrument_stage(stage::call, labels(function = "future: coercions"))]
    fn call(text: String) -> BoxFuture<'static, Result<Box<dyn Fn() -> u8 + Send>, Failure>> {
        Box::pin(async move {
            if text.is_empty() {
                return Err("nothing".into());
            }
            let number: u8 = text.parse()?;
            Ok(Box::new(move || number))
        })
    }
    assert!(matches!(poll(pin!(call("7".into()))), Poll::Ready(Ok(_))));
    assert!(matches!(
        poll(pin!(call(String::new()))),
        Poll::Ready(Err(_))
    ));
    assert_ended("future: coercions", &[Outcome::Ok, Outcome::Error]);
}

struct Store {
    base: u8,
}

trait Lookup {
    fn look_up(&self, key: &str) -> impl Future<Output = Option<u8>> + Send;

    #[instrument_stage(stage::call, labels(function = "future: default method"))]
    fn twice(&self, key: &str) -> impl Future<Output = Option<u8>> + Send
    where
        Self: Sync,
    {
        async move { self.look_up(key).await.map(|value| value * 2) }
    }
}

impl Lookup for Store {
    #[instrument_stage(stage::call, labels(function = "future: method"))]
    fn look_up(&self, key: &str) -> impl Future<Output = Option<u8>> + Send {
        let known = key == "known";
        async move { known.then_some(self.base) }
    }
}

#[tokio::test]
async fn methods_of_traits() {
    let store = Store { base: 3 };
    assert_eq!(store.twice("known").await, Some(6));
    assert_eq!(store.look_up("unknown").await, None);
    assert_ended("future: method", &[Outcome::Ok; 2]);
    assert_ended("future: default method", &[Outcome::Ok]);
}

#[async_trait::async_trait]
trait Transcriber: Send + Sync {
    async fn transcribe(&self, audio: &[u8], how: &'static str) -> Result<u8, ParseIntError>;

    #[instrument_stage(stage::call, labels(function = "async_trait: default"))]
    async fn shared(self: Arc<Self>, how: &'static str) -> Result<u8, ParseIntError>
    where
        Self: 'static,
    {
        ready(self).await;
        end(how).await
    }
}

#[async_trait::async_trait]
impl Transcriber for Store {
    #[instrument_stage(
        stage::call,
        labels(function = "async_trait"),
        fields(base = self.base, samples = audio.len())
    )]
    async fn transcribe(&self, audio: &[u8], how: &'static str) -> Result<u8, ParseIntError> {
        let number = end(how).await?;
        if audio.is_empty() {
            return Ok(number);
        }
        Ok(number + self.base)
    }
}

#[test]
fn a_method_under_async_trait() {
    let store = Store { base: 3 };
    let zero = Store { base: 0 };
    assert_every_ending("async_trait", |how| zero.transcribe(&[1], how));
    let store: Arc<dyn Transcriber> = Arc::new(store);
    let mut call = Box::pin(store.transcribe(&[1], "1"));
    assert!(poll(call.as_mut()).is_pending());
    assert_eq!(poll(call.as_mut()), Poll::Ready(Ok(4)));
}

#[test]
fn a_default_method_under_async_trait() {
    assert_every_ending("async_trait: default", |how| {
        Arc::new(Store { base: 3 }).shared(how)
    });
}

#[tokio::test]
async fn stage_works_with_tracing_instrument() {
    #[tracing::instrument(skip_all)]
    #[instrument_stage(stage::call, labels(function = "tracing: above"))]
    fn above(number: u8) -> BoxFuture<'static, Result<u8, String>> {
        Box::pin(async move { Ok(ready(number).await) })
    }
    #[instrument_stage(stage::call, labels(function = "tracing: below"))]
    #[tracing::instrument(skip_all, err)]
    fn below(number: u8) -> BoxFuture<'static, Result<u8, String>> {
        Box::pin(async move { Err(ready(number).await.to_string()) })
    }
    #[tracing::instrument(skip_all)]
    #[instrument_stage(stage::call, labels(function = "tracing: async above"))]
    async fn async_above(number: u8) -> u8 {
        ready(number).await
    }
    #[instrument_stage(stage::call, labels(function = "tracing: async below"))]
    #[tracing::instrument(skip_all, ret)]
    async fn async_below(number: u8) -> u8 {
        ready(number).await
    }
    drop((above(1), below(1)));
    assert_eq!(above(1).await, Ok(1));
    assert_eq!(below(2).await, Err("2".into()));
    assert_eq!(async_above(3).await + async_below(4).await, 7);
    for function in [
        "tracing: above",
        "tracing: async above",
        "tracing: async below",
    ] {
        assert_ended(function, &[Outcome::Ok]);
    }
    assert_ended("tracing: below", &[Outcome::Error]);
}

#[tokio::test]
#[instrument_stage(stage::call, labels(function = "tokio: below"))]
async fn tokio_test_above_a_stage_works() {
    assert_eq!(Tally::running("tokio: below"), 1.0);
    tokio::task::yield_now().await;
}

#[instrument_stage(stage::call, labels(function = "tokio: above"))]
#[tokio::test]
async fn tokio_test_below_a_stage_works() {
    assert_eq!(Tally::running("tokio: above"), 1.0);
    tokio::task::yield_now().await;
}
