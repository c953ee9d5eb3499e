//! A stage around a stream that comes in a `Result` or an `Option`.

use futures_core::Stream;

use super::{Guard, Streamed, Verdict, ending::Ending, streamed};

/// A value that has a stream in it or has not.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`stream` cannot measure a stream in `{Self}`",
    label = "neither a `Result` nor an `Option`"
)]
pub trait HoldsStream {
    type Stream;
    type With<T>;

    fn has_stream(&self) -> bool;
    fn map<T>(self, make: impl FnOnce(Self::Stream) -> T) -> Self::With<T>;
}

impl<S, E> HoldsStream for Result<S, E> {
    type Stream = S;
    type With<T> = Result<T, E>;

    fn has_stream(&self) -> bool {
        self.is_ok()
    }

    fn map<T>(self, make: impl FnOnce(S) -> T) -> Result<T, E> {
        self.map(make)
    }
}

impl<S> HoldsStream for Option<S> {
    type Stream = S;
    type With<T> = Option<T>;

    fn has_stream(&self) -> bool {
        self.is_some()
    }

    fn map<T>(self, make: impl FnOnce(S) -> T) -> Option<T> {
        self.map(make)
    }
}

/// The value that a body gave. With a stream in it the call goes on; without, it ends as `judge` says.
#[doc(hidden)]
pub fn held_stream<R, V, C, T>(
    (mut guard, result): (Guard, R),
    judge: impl FnOnce(&R) -> V,
    items: C,
    make: impl FnOnce(Streamed<R::Stream, C>) -> T,
) -> R::With<T>
where
    R: HoldsStream<Stream: Stream>,
    V: Ending,
    C: Fn(&<R::Stream as Stream>::Item) -> Verdict,
{
    if !result.has_stream() {
        guard.finish(|| judge(&result));
    }
    result.map(|stream| make(streamed((guard, stream), items)))
}
