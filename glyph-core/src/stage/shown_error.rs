//! The text of an error and its causes, for `err = event`.

use std::{
    error::Error,
    fmt::{self, Display},
    iter,
    ops::Deref,
};

/// The most causes that are shown. A chain of causes may be a circle.
const CAUSES: usize = 16;

/// An error with its causes: `outer: inner: innermost`.
///
/// Method lookup finds `with_causes` below for an [`Error`], then for a type that contains one, such
/// as a box, and then for any other type, which has no causes.
#[doc(hidden)]
#[derive(Debug)]
pub struct AnError<'e, E>(AsError<'e, E>);

/// Takes the error that a call returned.
#[doc(hidden)]
#[must_use]
pub const fn an_error<E>(error: &E) -> AnError<'_, E> {
    AnError(AsError(AsSharedError(AsText(error))))
}

impl<E: Error> AnError<'_, E> {
    /// Returns the error, whose text is `shown`, with its causes.
    #[must_use]
    pub fn with_causes<'e>(&'e self, shown: &'e dyn Display) -> ShownError<'e> {
        let AsSharedError(AsText(error)) = &self.0.0;
        ShownError {
            shown,
            cause: error.source(),
        }
    }
}

impl<'e, E> Deref for AnError<'e, E> {
    type Target = AsError<'e, E>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// An error that is maybe in a box, or in a type like one.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsError<'e, E>(AsSharedError<'e, E>);

impl<E: AsRef<dyn Error + 'static>> AsError<'_, E> {
    #[must_use]
    pub fn with_causes<'e>(&'e self, shown: &'e dyn Display) -> ShownError<'e> {
        let AsSharedError(AsText(error)) = &self.0;
        ShownError {
            shown,
            cause: error.as_ref().source(),
        }
    }
}

impl<'e, E> Deref for AsError<'e, E> {
    type Target = AsSharedError<'e, E>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// An error that is maybe in a box that threads can share.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsSharedError<'e, E>(AsText<'e, E>);

impl<E: AsRef<dyn Error + Send + Sync + 'static>> AsSharedError<'_, E> {
    #[must_use]
    pub fn with_causes<'e>(&'e self, shown: &'e dyn Display) -> ShownError<'e> {
        let AsText(error) = &self.0;
        ShownError {
            shown,
            cause: error.as_ref().source(),
        }
    }
}

impl<'e, E> Deref for AsSharedError<'e, E> {
    type Target = AsText<'e, E>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// An error that has a text and nothing else.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsText<'e, E>(&'e E);

impl<E> AsText<'_, E> {
    #[must_use]
    pub const fn with_causes<'e>(&'e self, shown: &'e dyn Display) -> ShownError<'e> {
        ShownError { shown, cause: None }
    }
}

/// The text of an error and its causes.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct ShownError<'e> {
    shown: &'e dyn Display,
    cause: Option<&'e (dyn Error + 'static)>,
}

impl Display for ShownError<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.shown)?;
        let mut causes = iter::successors(self.cause, |cause| (*cause).source()).take(CAUSES);
        causes.try_for_each(|cause| write!(formatter, ": {cause}"))
    }
}

impl fmt::Debug for ShownError<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, formatter)
    }
}
