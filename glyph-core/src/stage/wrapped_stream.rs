//! A stage around a stream in a `Result` or an `Option`.

use futures_core::Stream;

use super::{Guard, Streamed, call_result::IntoCallResult, streamed};

/// A value that may contain a stream.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`stream` cannot measure a stream in `{Self}`",
    label = "neither a `Result` nor an `Option`"
)]
pub trait WrapsStream {
    type Stream;
    type With<T>;

    fn has_stream(&self) -> bool;
    fn map<T>(self, make: impl FnOnce(Self::Stream) -> T) -> Self::With<T>;
}

impl<S, E> WrapsStream for Result<S, E> {
    type Stream = S;
    type With<T> = Result<T, E>;

    fn has_stream(&self) -> bool {
        self.is_ok()
    }

    fn map<T>(self, make: impl FnOnce(S) -> T) -> Result<T, E> {
        self.map(make)
    }
}

impl<S> WrapsStream for Option<S> {
    type Stream = S;
    type With<T> = Option<T>;

    fn has_stream(&self) -> bool {
        self.is_some()
    }

    fn map<T>(self, make: impl FnOnce(S) -> T) -> Option<T> {
        self.map(make)
    }
}

/// Wraps the stream in the value of a body. With a stream the call continues. Without one it ends
/// with the result that `classify` returns.
#[doc(hidden)]
pub fn wrapped_stream<R, V, C, W, T>(
    (mut guard, result): (Guard, R),
    classify: impl FnOnce(&R) -> V,
    items: C,
    make: impl FnOnce(Streamed<R::Stream, C>) -> T,
) -> R::With<T>
where
    R: WrapsStream<Stream: Stream>,
    V: IntoCallResult,
    C: Fn(&<R::Stream as Stream>::Item) -> W,
    W: IntoCallResult,
{
    if !result.has_stream() {
        guard.finish(|| classify(&result));
    }
    result.map(|stream| make(streamed((guard, stream), items)))
}
