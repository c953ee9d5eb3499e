//! Streams that are returned in a `Result` or an `Option`.

use std::pin::Pin;

use futures_util::{FutureExt, Stream, StreamExt, stream};
use glyph_core::{
    CallStatus::{Cancelled, Error, Ok as Returned},
    instrument_stage, testing,
};

use super::{Cache, Store, assert_only, stage};

#[derive(Debug)]
struct Refused;

fn is_open<S, E>(opened: &Result<S, E>) -> Cache {
    if opened.is_ok() {
        Cache::Hit
    } else {
        Cache::Miss
    }
}

#[instrument_stage(stage::lookup, stream, labels(store = "disk", cache = |opened| is_open(opened)))]
fn open(ok: bool) -> Result<impl Stream<Item = u8>, Refused> {
    if ok {
        Ok(stream::iter([1, 2]))
    } else {
        Err(Refused)
    }
}

#[instrument_stage(stage::lookup, stream, labels(store = "disk", cache = |opened| is_open(opened)))]
async fn open_later(ok: bool) -> Result<Pin<Box<dyn Stream<Item = u8> + Send>>, Refused> {
    tokio::task::yield_now().await;
    if ok {
        Ok(Box::pin(stream::iter([1, 2])))
    } else {
        Err(Refused)
    }
}

fn later(ok: bool) -> Result<Pin<Box<dyn Stream<Item = u8> + Send>>, Refused> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(open_later(ok))
}

#[test]
fn label_of_a_stream_is_read_from_the_result_that_has_it() {
    let captured = testing::capture();
    let items = open(true).unwrap().collect::<Vec<_>>().now_or_never();
    assert_eq!(items, Some(vec![1, 2]));
    assert_only(&captured, Store::Disk, Cache::Hit, Returned);
    drop(captured);

    let captured = testing::capture();
    let items = later(true).unwrap().collect::<Vec<_>>().now_or_never();
    assert_eq!(items, Some(vec![1, 2]));
    assert_only(&captured, Store::Disk, Cache::Hit, Returned);
}

#[test]
fn dropped_stream_keeps_the_label() {
    let captured = testing::capture();
    drop(open(true).unwrap());
    assert_only(&captured, Store::Disk, Cache::Hit, Cancelled);
}

#[test]
fn label_without_a_stream_is_read_from_the_error() {
    let captured = testing::capture();
    assert!(open(false).is_err());
    assert_only(&captured, Store::Disk, Cache::Miss, Error);
    drop(captured);

    let captured = testing::capture();
    assert!(later(false).is_err());
    assert_only(&captured, Store::Disk, Cache::Miss, Error);
}

#[test]
fn stream_that_sets_no_label_has_the_declared_value() {
    #[instrument_stage(stage::lookup, stream, labels(store = "disk"))]
    fn items() -> impl Stream<Item = u8> {
        stream::iter([1, 2])
    }

    let captured = testing::capture();
    assert_eq!(items().count().now_or_never(), Some(2));
    assert_only(&captured, Store::Disk, Cache::Unknown, Returned);
}
