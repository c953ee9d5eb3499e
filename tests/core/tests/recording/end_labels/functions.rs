//! Functions and methods, sync and async, with every ending.

use std::{
    future::{Future, pending},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
};

use futures_util::FutureExt;
use glyph_core::{
    CallStatus::{self, Cancelled, Error, Ok as Returned, Panicked},
    instrument_stage, instrument_stages, testing,
};

use super::{Cache, Metrics, Store, assert_only, lookups, stage};

type Found = Result<Option<u8>, std::num::ParseIntError>;

fn cache_of(found: &Found) -> Cache {
    match found {
        Ok(Some(_)) => Cache::Hit,
        Ok(None) => Cache::Miss,
        Err(_) => Cache::Unknown,
    }
}

fn found(key: &str) -> Found {
    assert_ne!(key, "panic");
    if key == "none" {
        return Ok(None);
    }
    let value = key.parse()?;
    Ok(Some(value))
}

#[instrument_stage(stage::lookup, labels(store = "redis", cache = |found| cache_of(found)))]
fn plain(key: &str) -> Found {
    let found = found(key)?;
    Ok(found)
}

#[instrument_stage(stage::lookup, labels(store = "redis", cache = |found| cache_of(found)))]
async fn asynchronous(key: &str) -> Found {
    if key == "pending" {
        pending::<()>().await;
    }
    let found = found(key)?;
    Ok(found)
}

#[instrument_stage(stage::lookup, labels(store = "redis", cache = |found| cache_of(found)))]
fn boxed(key: &str) -> Pin<Box<dyn Future<Output = Found> + Send + '_>> {
    Box::pin(async move { found(key) })
}

#[expect(
    clippy::manual_async_fn,
    reason = "a form of function that stages take"
)]
#[instrument_stage(stage::lookup, labels(store = "redis", cache = |found| cache_of(found)))]
fn future(key: &str) -> impl Future<Output = Found> {
    async move { found(key) }
}

trait Finds {
    fn find(&self, key: &str) -> Found;

    #[instrument_stage(stage::lookup, labels(store = self.store(), cache = |found| cache_of(found)))]
    fn find_twice(&self, key: &str) -> Found {
        self.find(key).and_then(|_| self.find(key))
    }

    fn store(&self) -> Store {
        Store::Redis
    }
}

struct Keys;

impl Finds for Keys {
    fn find(&self, key: &str) -> Found {
        found(key)
    }
}

#[async_trait::async_trait]
trait FindsLater {
    async fn find(&self, key: &str) -> Found;
}

#[instrument_stages(labels(store = Store::Redis, cache = |found| cache_of(found)))]
#[async_trait::async_trait]
impl FindsLater for Keys {
    #[stage(stage::lookup)]
    async fn find(&self, key: &str) -> Found {
        tokio::task::yield_now().await;
        found(key)
    }
}

/// A form of function, as one that returns at once.
type Form = (&'static str, fn(&str) -> Found);

const FORMS: [Form; 6] = [
    ("fn", plain),
    ("async fn", |key| now(asynchronous(key))),
    ("boxed", |key| now(boxed(key))),
    ("impl Future", |key| now(future(key))),
    ("trait", |key| Keys.find_twice(key)),
    ("async_trait", |key| now(FindsLater::find(&Keys, key))),
];

fn now<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

fn assert_label(key: &str, cache: Cache, status: CallStatus) {
    for (form, call) in FORMS {
        println!("{form}: {key}");
        let captured = testing::capture();
        let ended = catch_unwind(AssertUnwindSafe(|| call(key)));
        assert_eq!(ended.is_err(), status == Panicked);
        assert_only(&captured, Store::Redis, cache, status);
    }
}

#[test]
fn label_is_read_from_the_returned_value() {
    assert_label("7", Cache::Hit, Returned);
    assert_label("none", Cache::Miss, Returned);
}

#[test]
fn value_of_a_question_mark_is_the_returned_error() {
    assert_label("seven", Cache::Unknown, Error);
}

#[test]
fn call_that_panics_has_the_declared_value() {
    assert_label("panic", Cache::Unknown, Panicked);
}

#[test]
fn call_that_is_cancelled_has_the_declared_value() {
    let captured = testing::capture();
    assert!(asynchronous("pending").now_or_never().is_none());
    assert_only(&captured, Store::Redis, Cache::Unknown, Cancelled);
}

#[test]
fn function_that_does_not_set_the_label_has_the_declared_value() {
    #[instrument_stage(stage::lookup, labels(store = "disk"))]
    fn silent() {}

    let captured = testing::capture();
    silent();
    assert_only(&captured, Store::Disk, Cache::Unknown, Returned);
}

#[test]
fn panic_of_the_closure_is_one_of_the_call() {
    #[instrument_stage(stage::lookup, labels(store = "disk", cache = |value| cache(*value)))]
    fn answer() -> u8 {
        7
    }
    fn cache(value: u8) -> Cache {
        panic!("no cache of {value}")
    }

    let captured = testing::capture();
    assert!(catch_unwind(answer).is_err());
    assert_only(&captured, Store::Disk, Cache::Unknown, Panicked);
}

#[test]
fn errors_have_the_label_too() {
    #[instrument_stage(stage::lookup, labels(store = "disk", cache = |_| Cache::Miss))]
    fn fails() -> Result<(), std::fmt::Error> {
        Err(std::fmt::Error)
    }

    let captured = testing::capture();
    fails().unwrap_err();
    assert_only(&captured, Store::Disk, Cache::Miss, Error);
    let failed = |cache| Metrics::global().failed.value(super::Failed { cache });
    let all = [Cache::Hit, Cache::Miss, Cache::Unknown].map(failed);
    assert_eq!(all, [0, 1, 0]);
}

#[test]
fn calls_in_calls_have_labels_of_their_own() {
    #[instrument_stage(stage::lookup, labels(store = "disk", cache = |hit| if *hit { Cache::Hit } else { Cache::Miss }))]
    fn outer() -> bool {
        plain("none").unwrap().is_none()
    }

    let captured = testing::capture();
    assert!(outer());
    assert_eq!(lookups(Store::Disk, Cache::Hit, Returned), 1);
    assert_eq!(lookups(Store::Redis, Cache::Miss, Returned), 1);
    let of_spans: Vec<_> = captured
        .spans()
        .iter()
        .map(|span| span.field("cache").map(str::to_owned))
        .collect();
    assert_eq!(of_spans, [Some("hit".to_owned()), Some("miss".to_owned())]);
}
