//! The result of a call, from the return value of a function.

use std::{any::type_name, ops::Deref};

use super::{CallResult, ErrorOutcome, Outcome};

/// A return value to classify.
///
/// An expansion sees a return type only as it is written, which may be an alias (`io::Result<T>`).
/// So method lookup decides: it finds `result` below for any `Result` whose error has an outcome.
/// For other types it continues through [`Deref`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Classify<'r, R>(Plain<'r, R>);

/// Classifies a return value.
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

/// Returns the outcome that the closure of a call site returns.
///
/// The closure gets the type of its argument from this signature.
#[doc(hidden)]
#[inline]
pub fn outcome_by<R>(result: &R, outcome_of: impl FnOnce(&R) -> Outcome) -> Outcome {
    outcome_of(result)
}

/// A return value whose error has no outcome of its own: an `Err` is [`Outcome::Error`].
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

/// A return value that cannot be an error.
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
