//! Return values that tell how a call ended.

use super::{ErrorOutcome, Outcome, Verdict};

/// What a call gives back, where it tells how the call ended.
///
/// A `Result` does, if its error has an outcome (see [`ErrorOutcome`]); a value of the standard library that is
/// no `Result` says [`Outcome::Ok`]. Implement it for a type of your own that stands for a `Result`.
///
/// ```
/// use glyph_runtime::{Outcome, stage::Judged};
///
/// enum Reply { Found(String), Overloaded }
///
/// impl Judged for Reply {
///     fn outcome(&self) -> Outcome {
///         match self {
///             Self::Found(_) => Outcome::Ok,
///             Self::Overloaded => Outcome::Error,
///         }
///     }
/// }
/// assert_eq!(Judged::outcome(&Some(Reply::Overloaded)), Outcome::Ok, "an `Option` is no `Result`");
/// ```
#[diagnostic::on_unimplemented(
    message = "glyph does not know the outcome of `{Self}`",
    label = "neither a `Result` nor a type of the standard library",
    note = "use `.time_as(Outcome::of_value, ..)` or `.time_async_as(Outcome::of_value, ..)` for a value that \
            is never an error, or pass a closure from the value to an `Outcome`"
)]
pub trait Judged {
    /// How the call ended.
    fn outcome(&self) -> Outcome;

    /// The error's type as the span shows it, one of few; none unless implemented.
    fn error_type(&self) -> Option<&'static str> {
        None
    }
}

impl Verdict {
    #[inline]
    pub(super) fn of_returned(value: &impl Judged) -> Self {
        Self {
            outcome: value.outcome(),
            error_type: value.error_type(),
        }
    }
}

impl<T, E: ErrorOutcome> Judged for Result<T, E> {
    #[inline]
    fn outcome(&self) -> Outcome {
        self.as_ref()
            .err()
            .map_or(Outcome::Ok, ErrorOutcome::outcome)
    }

    #[inline]
    fn error_type(&self) -> Option<&'static str> {
        self.as_ref().err().map(ErrorOutcome::error_type)
    }
}

/// Values that no error gives.
macro_rules! values {
    ($([$($parameter:ident),*] $value:ty),+ $(,)?) => {
        $(impl<$($parameter),*> Judged for $value {
            #[inline]
            fn outcome(&self) -> Outcome {
                Outcome::Ok
            }
        })+
    };
}

values!(
    [] (),
    [] bool,
    [] char,
    [] u8,
    [] u16,
    [] u32,
    [] u64,
    [] u128,
    [] usize,
    [] i8,
    [] i16,
    [] i32,
    [] i64,
    [] i128,
    [] isize,
    [] f32,
    [] f64,
    [] &str,
    [] String,
    [] std::time::Duration,
    [] std::path::PathBuf,
    [T] &[T],
    [T] Option<T>,
    [T] Vec<T>,
    [K, V, S] std::collections::HashMap<K, V, S>,
    [K, V] std::collections::BTreeMap<K, V>,
);
