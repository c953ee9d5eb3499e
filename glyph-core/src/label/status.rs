//! The status `ok` or `error`, with which most systems label requests.

use super::{Label, OUTCOME_COUNT, OpenValues};

/// How a call ended, as the label values `ok` and `error`.
///
/// In a stage the outcome fills it: all but [`Outcome::Ok`](crate::Outcome::Ok) is `error`. To
/// distinguish more outcomes, declare a label under `#[label(outcome)]`.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Label, Status};
///
/// assert_eq!(Status::VALUES, Some(["ok", "error"].as_slice()));
/// assert_eq!(Status::from(&Err::<(), _>("refused")), Status::Error);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The call succeeded.
    Ok,
    /// The call failed.
    Error,
}

impl<T, E> From<&Result<T, E>> for Status {
    fn from(result: &Result<T, E>) -> Self {
        if result.is_ok() {
            Self::Ok
        } else {
            Self::Error
        }
    }
}

impl Label for Status {
    const VALUES: Option<&'static [&'static str]> = Some(&["ok", "error"]);
    const OUTCOMES: Option<[usize; OUTCOME_COUNT]> = Some([0, 1, 1, 1, 1]);
    const ANY: Self = Self::Ok;

    #[inline]
    fn digit(&self, _: Option<(&OpenValues, usize)>) -> usize {
        match self {
            Self::Ok => 0,
            Self::Error => 1,
        }
    }

    fn literal(index: usize, _: &'static str) -> Self {
        if index == 0 { Self::Ok } else { Self::Error }
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(match self {
            Self::Ok => "ok",
            Self::Error => "error",
        })
    }
}
