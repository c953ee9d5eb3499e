//! Errors with an outcome.

use std::{any::type_name, convert::Infallible, io, rc::Rc, sync::Arc};

use super::{CallResult, Outcome};

/// An error with an outcome.
///
/// [`#[derive(Outcome)]`](macro@crate::Outcome) implements it. Errors of the standard library
/// implement it too, timeouts as [`Outcome::Timeout`].
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Outcome, stage::ErrorOutcome};
///
/// let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
/// assert_eq!(ErrorOutcome::outcome(&late), Outcome::Timeout);
/// assert_eq!(ErrorOutcome::outcome("out of paper"), Outcome::Error);
/// ```
#[diagnostic::on_unimplemented(
    message = "glyph does not know the outcome of `{Self}`",
    label = "an error without an outcome",
    note = "add `#[derive(Outcome)]` to the error type",
    note = "for an error type of another crate, set the outcome: `.time_as(Outcome::of_result, ..)`, \
            `.time_async_as(Outcome::of_result, ..)`, `.finish_as(Outcome::Error)`"
)]
pub trait ErrorOutcome {
    /// Returns the outcome of a call that failed with this error.
    fn outcome(&self) -> Outcome;

    /// Returns the error type for the span, one of a few. Default: the path of the type
    /// (OpenTelemetry semantic conventions, attribute `error.type`).
    fn error_type(&self) -> &'static str {
        type_name::<Self>()
    }

    /// Returns both.
    #[doc(hidden)]
    fn outcome_and_type(&self) -> (Outcome, &'static str) {
        (self.outcome(), self.error_type())
    }
}

impl CallResult {
    #[inline]
    pub(super) fn of_error(error: &(impl ErrorOutcome + ?Sized)) -> Self {
        let (outcome, error_type) = error.outcome_and_type();
        Self {
            outcome,
            error_type: Some(error_type),
        }
    }
}

impl ErrorOutcome for io::Error {
    fn outcome(&self) -> Outcome {
        if self.kind() == io::ErrorKind::TimedOut {
            Outcome::Timeout
        } else {
            Outcome::Error
        }
    }
}

impl ErrorOutcome for std::sync::mpsc::RecvTimeoutError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Timeout => Outcome::Timeout,
            Self::Disconnected => Outcome::Error,
        }
    }
}

impl ErrorOutcome for Infallible {
    fn outcome(&self) -> Outcome {
        match *self {}
    }
}

/// Errors whose outcome is always [`Outcome::Error`].
macro_rules! plain {
    ($($error:ty),+ $(,)?) => {
        $(impl ErrorOutcome for $error {
            fn outcome(&self) -> Outcome {
                Outcome::Error
            }
        })+
    };
}

plain!(
    (),
    str,
    String,
    dyn std::error::Error,
    dyn std::error::Error + Send,
    dyn std::error::Error + Send + Sync,
    dyn std::any::Any + Send,
    std::array::TryFromSliceError,
    std::char::CharTryFromError,
    std::char::ParseCharError,
    std::env::VarError,
    std::ffi::FromBytesWithNulError,
    std::ffi::IntoStringError,
    std::ffi::NulError,
    std::fmt::Error,
    std::net::AddrParseError,
    std::num::ParseFloatError,
    std::num::ParseIntError,
    std::num::TryFromIntError,
    std::path::StripPrefixError,
    std::str::ParseBoolError,
    std::str::Utf8Error,
    std::string::FromUtf8Error,
    std::string::FromUtf16Error,
    std::sync::mpsc::RecvError,
    std::sync::mpsc::TryRecvError,
    std::time::SystemTimeError,
);

/// Pointers have the outcome of what they point to.
macro_rules! pointers {
    ($($pointer:ty),+ $(,)?) => {
        $(impl<E: ErrorOutcome + ?Sized> ErrorOutcome for $pointer {
            fn outcome(&self) -> Outcome {
                (**self).outcome()
            }

            fn error_type(&self) -> &'static str {
                (**self).error_type()
            }
        })+
    };
}

pointers!(&E, &mut E, Box<E>, Rc<E>, Arc<E>);
