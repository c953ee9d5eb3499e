//! The description of a failed call, on the status of its span.

use std::fmt::{Arguments, Write as _};

use tracing::level_filters::LevelFilter;

use super::{CallResult, StatusOffset, call_result::IntoCallResult};
use crate::text::prefix;

/// The most bytes of a description.
const LONGEST: usize = 1024;

/// The text of an error.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Description(String);

impl Description {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Returns the text of the error that a call ended with, cut to 1 KiB. `None` without a subscriber,
/// which has no span.
#[doc(hidden)]
#[must_use]
pub fn description(error: Arguments<'_>) -> Option<Description> {
    if LevelFilter::current() == LevelFilter::OFF {
        return None;
    }
    let mut text = String::new();
    // An error whose text ends early is no reason to panic, as `to_string` would.
    let _ended_early = text.write_fmt(error);
    text.truncate(prefix(&text, LONGEST).len());
    Some(Description(text))
}

/// The result of a call, and the text of its error if it ended with one.
#[doc(hidden)]
#[derive(Debug)]
pub struct Described<V> {
    pub(super) result: V,
    pub(super) description: Option<Description>,
}

/// Adds the text of an error to the result of a call.
#[doc(hidden)]
#[inline]
#[must_use]
pub const fn described<V: IntoCallResult>(
    result: V,
    description: Option<Description>,
) -> Described<V> {
    Described {
        result,
        description,
    }
}

impl<V> Described<V> {
    /// A result without a text.
    pub(super) const fn plain(result: V) -> Self {
        Self {
            result,
            description: None,
        }
    }
}

impl<V: IntoCallResult> IntoCallResult for Described<V> {
    #[inline]
    fn into_call_result(self) -> (CallResult, StatusOffset) {
        self.result.into_call_result()
    }

    #[inline]
    fn into_described(self) -> (CallResult, StatusOffset, Option<Description>) {
        let (result, offset) = self.result.into_call_result();
        (result, offset, self.description)
    }
}
