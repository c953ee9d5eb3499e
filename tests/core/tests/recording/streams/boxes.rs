//! A function that returns a boxed stream is measured inside the box: there is no second box.

use std::{mem::size_of_val, num::ParseIntError, pin::Pin, task::Poll};

use futures_util::{
    FutureExt, Stream, StreamExt,
    stream::{BoxStream, iter, poll_fn},
};
use glyph_core::instrument_stage;

use crate::streams::{CallStatus, assert_ended, stage};

/// Returns a stream that a test recognizes by its size.
fn large(first: u8) -> impl Stream<Item = u8> + Send + use<> {
    let memory = [first; 4096];
    poll_fn(move |_| Poll::Ready(memory.first().copied()))
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
fn boxed_stream_is_not_boxed_again() {
    for mut stream in [pinned(), by_path(), by_method(1)] {
        assert!(size_of_val(&*stream) > 4096);
        assert_eq!(stream.next().now_or_never(), Some(Some(0)));
    }
    assert_ended("boxes: pin", CallStatus::Cancelled, 1, 0);
    assert_ended("boxes: path", CallStatus::Cancelled, 1, 0);
    let mut inferred = with_inferred_items("x");
    assert!(size_of_val(&*inferred) > 4096);
    assert!(inferred.next().now_or_never().unwrap().unwrap().is_err());
    drop(inferred);
    assert_ended("boxes: items", CallStatus::Error, 1, 1);
}

#[test]
fn second_return_path_needs_a_second_box() {
    let stream = with_another_way_out(true);
    assert!(size_of_val(&*stream) < 4096);
    assert_eq!(stream.count().now_or_never(), Some(0));
    drop(with_another_way_out(false));
    assert_ended("boxes: elsewhere", CallStatus::Ok, 0, 0);
}
