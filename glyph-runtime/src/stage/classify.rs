//! How a call ended, as the return value of a function tells.

use std::{any::type_name, ops::Deref};

use super::{CallResult, ErrorOutcome, Outcome};

/// A return value about to be judged.
///
/// An expansion knows a function's return type as it was written, which may be an alias
/// (`io::Result<T>`). So method look-up judges: `result` below is found for a `Result` by whatever
/// name whose error has an outcome, and for anything else look-up goes on behind [`Deref`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Classify<'r, R>(Plain<'r, R>);

/// Looks at a return value.
#[doc(hidden)]
#[inline]
#[must_use]
pub const fn classify<R>(result: &R) -> Classify<'_, R> {
    Classify(Plain(result))
}

impl<T, E: ErrorOutcome> Classify<'_, Result<T, E>> {
    #[inline]
    #[must_use]
    pub fn result(&self) -> CallResult {
        CallResult::of_returned(self.0.0)
    }
}

impl<'r, R> Deref for Classify<'r, R> {
    type Target = Plain<'r, R>;

    fn deref(&self) -> &Plain<'r, R> {
        &self.0
    }
}

/// How a call ended by what the site says of its value.
///
/// A closure that the site wrote has its argument's type from here.
#[doc(hidden)]
#[inline]
pub fn outcome_by<R>(result: &R, judge: impl FnOnce(&R) -> Outcome) -> Outcome {
    judge(result)
}

/// How a call ended that gave an `Option`, where `none` is what `None` means.
#[doc(hidden)]
#[inline]
#[must_use]
pub const fn outcome_of_option<T>(option: &Option<T>, none: Outcome) -> CallResult {
    match option {
        Some(_) => CallResult::OK,
        None => CallResult {
            outcome: none,
            error_type: Some("none"),
        },
    }
}

/// A return value whose error, if it may be one, says no more than that it is.
#[doc(hidden)]
#[derive(Debug)]
pub struct Plain<'r, R>(&'r R);

impl<T, E> Plain<'_, Result<T, E>> {
    #[inline]
    #[must_use]
    pub fn result(&self) -> CallResult {
        match self.0 {
            Ok(_) => CallResult::OK,
            Err(_) => CallResult {
                outcome: Outcome::Error,
                error_type: Some(type_name::<E>()),
            },
        }
    }
}

impl<R> Deref for Plain<'_, R> {
    type Target = Anything;

    fn deref(&self) -> &Anything {
        &Anything
    }
}

/// A return value that cannot tell of errors.
#[doc(hidden)]
#[derive(Debug)]
pub struct Anything;

impl Anything {
    #[inline]
    #[must_use]
    pub const fn result(&self) -> CallResult {
        CallResult::OK
    }
}
