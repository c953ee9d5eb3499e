//! Return values with an outcome.

use super::{CallResult, ErrorOutcome, Outcome};

/// A return value with an outcome.
///
/// A `Result` has one if its error has one (see [`ErrorOutcome`]). Other values of the standard
/// library have [`Outcome::Ok`]. Implement it for types that are used like a `Result`.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Outcome, stage::ValueOutcome};
///
/// enum Reply { Found(String), Overloaded }
///
/// impl ValueOutcome for Reply {
///     fn outcome(&self) -> Outcome {
///         match self {
///             Self::Found(_) => Outcome::Ok,
///             Self::Overloaded => Outcome::Error,
///         }
///     }
/// }
/// assert_eq!(ValueOutcome::outcome(&Some(Reply::Overloaded)), Outcome::Ok, "an `Option` is not a `Result`");
/// ```
#[diagnostic::on_unimplemented(
    message = "glyph does not know the outcome of `{Self}`",
    label = "neither a `Result` nor a type of the standard library",
    note = "use `.time_as(Outcome::of_value, ..)` or `.time_async_as(Outcome::of_value, ..)` for a value that \
            is never an error, or pass a closure from the value to an `Outcome`"
)]
pub trait ValueOutcome {
    /// Returns the outcome of the call.
    fn outcome(&self) -> Outcome;

    /// Returns the error type for the span, one of a few. Default: `None`.
    fn error_type(&self) -> Option<&'static str> {
        None
    }
}

impl CallResult {
    #[inline]
    pub(super) fn of_returned(value: &impl ValueOutcome) -> Self {
        Self {
            outcome: value.outcome(),
            error_type: value.error_type(),
        }
    }
}

impl<T, E: ErrorOutcome> ValueOutcome for Result<T, E> {
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

/// Values that are never an error.
macro_rules! values {
    ($([$($parameter:ident),*] $value:ty),+ $(,)?) => {
        $(impl<$($parameter),*> ValueOutcome for $value {
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
