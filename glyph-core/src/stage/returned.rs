//! A returned value, for the arguments of an attribute that need an `Option` or a `Result`.
//!
//! The bounds are on methods and not on functions: an expansion puts the call at the key of the argument, and rustc
//! reports another type there, in the words below.

use std::fmt::{Debug, Display};

use super::{CallResult, Outcome, StatusOffset, status_offset::StatusOfOption};

/// A returned value.
#[doc(hidden)]
#[derive(Debug)]
pub struct Returned<'r, R>(&'r R);

/// A type that is a `Result`, or an alias of one.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Result`",
    label = "this needs a function that returns a `Result`",
    note = "remove this argument, or return a `Result`"
)]
pub trait ReturnedResult<T, E> {
    fn as_result(&self) -> Result<&T, &E>;
}

/// A type that is an `Option`, or an alias of one.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an `Option`",
    label = "this needs a function that returns an `Option`",
    note = "remove this argument, or return an `Option`"
)]
pub trait ReturnedOption {
    fn has_value(&self) -> bool;
}

impl<T, E> ReturnedResult<T, E> for Result<T, E> {
    #[inline]
    fn as_result(&self) -> Result<&T, &E> {
        self.as_ref()
    }
}

impl<T> ReturnedOption for Option<T> {
    #[inline]
    fn has_value(&self) -> bool {
        self.is_some()
    }
}

#[doc(hidden)]
#[inline]
#[must_use]
pub const fn returned<R>(value: &R) -> Returned<'_, R> {
    Returned(value)
}

impl<'r, R> Returned<'r, R> {
    /// The error, if the call failed.
    #[inline]
    #[must_use]
    pub fn error<T: 'r, E>(&self) -> Option<&'r E>
    where
        R: ReturnedResult<T, E>,
    {
        self.0.as_result().err()
    }

    /// The value, unless the call failed.
    #[inline]
    #[must_use]
    pub fn value<T, E: 'r>(&self) -> Option<&'r T>
    where
        R: ReturnedResult<T, E>,
    {
        self.0.as_result().ok()
    }

    /// The result of the call. `none` is the outcome of `None`.
    #[inline]
    #[must_use]
    pub fn outcome_of_option(&self, none: Outcome) -> CallResult
    where
        R: ReturnedOption,
    {
        if self.0.has_value() {
            return CallResult::OK;
        }
        CallResult {
            outcome: none,
            error_type: Some("none"),
        }
    }

    /// The result of the call. `none` is the status of `None`.
    #[inline]
    #[must_use]
    pub fn status_of_option(&self, none: StatusOffset) -> StatusOfOption
    where
        R: ReturnedOption,
    {
        StatusOfOption::of((!self.0.has_value()).then_some(none))
    }

    #[inline]
    #[must_use]
    pub fn displayed(&self) -> &'r dyn Display
    where
        R: Display,
    {
        self.0
    }

    #[inline]
    #[must_use]
    pub fn debugged(&self) -> &'r dyn Debug
    where
        R: Debug,
    {
        self.0
    }
}
