//! How a call ended, as its return value tells.

use std::{any::type_name, ops::Deref};

use super::{Outcome, Verdict};

/// A return value about to be judged.
///
/// An expansion knows a function's return type as it was written, which may be an alias
/// (`io::Result<T>`). So method look-up judges: `verdict` below is found for a `Result` by whatever
/// name, and for anything else look-up goes on behind [`Deref`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Classify<'r, R>(pub &'r R);

impl<T, E> Classify<'_, Result<T, E>> {
    #[inline]
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.0 {
            Ok(_) => Verdict::OK,
            Err(_) => Verdict {
                outcome: Outcome::Error,
                error_type: Some(type_name::<E>()),
            },
        }
    }
}

impl<R> Deref for Classify<'_, R> {
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
    pub const fn verdict(&self) -> Verdict {
        Verdict::OK
    }
}
