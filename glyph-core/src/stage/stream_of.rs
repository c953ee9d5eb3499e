//! The items of the stream that an instrumented function returns.

use std::marker::PhantomData;

use futures_core::Stream;

use super::WrapsStream;

/// A body `F` whose stream yields `T`.
///
/// An expansion declares one with the items of the function's type: rustc compares them there, once.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "it has the body"]
pub struct StreamOf<T, F> {
    pub runner: F,
    items: PhantomData<fn() -> T>,
}

impl<T, F> StreamOf<T, F> {
    const fn new(runner: F) -> Self {
        Self {
            runner,
            items: PhantomData,
        }
    }
}

/// For a body that returns a stream.
#[doc(hidden)]
pub const fn stream_of<S: Stream, F: FnOnce() -> S>(runner: F) -> StreamOf<S::Item, F> {
    StreamOf::new(runner)
}

/// For an `async` body that returns a stream.
#[doc(hidden)]
pub const fn later_stream_of<F>(runner: F) -> StreamOf<<F::Output as Stream>::Item, F>
where
    F: Future<Output: Stream>,
{
    StreamOf::new(runner)
}

/// For a body that returns a stream in a `Result` or an `Option`.
#[doc(hidden)]
pub const fn wrapped_stream_of<R, F>(runner: F) -> StreamOf<<R::Stream as Stream>::Item, F>
where
    R: WrapsStream<Stream: Stream>,
    F: FnOnce() -> R,
{
    StreamOf::new(runner)
}

/// For an `async` body that returns a stream in a `Result` or an `Option`.
#[doc(hidden)]
pub const fn later_wrapped_stream_of<F>(
    runner: F,
) -> StreamOf<<<F::Output as WrapsStream>::Stream as Stream>::Item, F>
where
    F: Future<Output: WrapsStream<Stream: Stream>>,
{
    StreamOf::new(runner)
}
