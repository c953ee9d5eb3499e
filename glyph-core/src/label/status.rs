//! How a call ended, as label values: all outcomes, or `ok` and `error`.

/// How a call ended, as the label values `ok`, `error`, `timeout`, `cancelled` and `panicked`.
///
/// In a stage the outcome fills it. [`Status`] has two values, for systems that want no more.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{CallStatus, Outcome};
///
/// assert_eq!(CallStatus::from(Outcome::Timeout), CallStatus::Timeout);
/// assert_eq!(CallStatus::from(&Err::<(), _>("refused")), CallStatus::Error);
/// ```
#[derive(crate::Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(outcome, name = "status", crate = crate)]
pub enum CallStatus {
    /// The call succeeded.
    Ok,
    /// The call returned an error.
    Error,
    /// The call returned an error that means a timeout.
    Timeout,
    /// The call was dropped before its end, by a caller that gave up or left.
    Cancelled,
    /// The call panicked.
    Panicked,
}

/// How a call ended, as the label values `ok` and `error`.
///
/// In a stage the outcome fills it: an error, a timeout and a panic are `error`. A cancelled call
/// is `ok`, because its caller gave it up and nothing failed. With `cancelled = error` in
/// `#[stage(..)]` it is `error`. [`CallStatus`] distinguishes all outcomes.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Label, Status};
///
/// assert_eq!(Status::VALUES, Some(["ok", "error"].as_slice()));
/// assert_eq!(Status::from(&Err::<(), _>("refused")), Status::Error);
/// ```
#[derive(crate::Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(outcome, name = "status", crate = crate)]
pub enum Status {
    /// The call succeeded.
    Ok,
    /// The call failed.
    Error,
}

impl<T, E> From<&Result<T, E>> for CallStatus {
    fn from(result: &Result<T, E>) -> Self {
        if result.is_ok() {
            Self::Ok
        } else {
            Self::Error
        }
    }
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
