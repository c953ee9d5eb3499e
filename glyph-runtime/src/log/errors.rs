//! The fields of an error that is recorded as a value: its text, its type, its backtrace.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    error::Error,
    fmt::{self, Write as _},
    io, iter,
};

use tracing::field::FieldSet;

/// The most causes of an error. A chain of causes may be a circle.
pub(super) const CAUSES: usize = 16;
/// The longest name of a type, in bytes.
const LONGEST_TYPE: usize = 64;

/// The most usual name of a field with an error.
pub(super) const ERROR: &str = "error";
/// The text of an error and its causes (OpenTelemetry semantic conventions, "Error").
pub(super) const ERROR_MESSAGE: &str = "error.message";
/// The type of an error (OpenTelemetry semantic conventions, "Error").
pub(super) const ERROR_TYPE: &str = "error.type";
/// The backtrace of an error (OpenTelemetry semantic conventions, "Exception").
pub(super) const STACKTRACE: &str = "exception.stacktrace";

/// Returns the backtrace that an error has captured, if the program knows the error's type.
///
/// No stable method of [`Error`] returns a backtrace. glyph asks for each error of a chain, and
/// writes the first backtrace that it gets.
///
/// ```
/// use std::{backtrace::Backtrace, error::Error, fmt};
///
/// use glyph_runtime::log::{FindBacktrace, LogSettings};
///
/// #[derive(Debug)]
/// struct StoreError(Backtrace);
/// # impl fmt::Display for StoreError {
/// #     fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
/// #         formatter.write_str("the store is closed")
/// #     }
/// # }
/// impl Error for StoreError {}
///
/// let of_store: FindBacktrace = |error| Some(&error.downcast_ref::<StoreError>()?.0);
/// let settings = LogSettings { backtrace: Some(of_store), ..LogSettings::default() };
/// # drop(settings);
/// ```
pub type FindBacktrace = for<'e> fn(&'e (dyn Error + 'static)) -> Option<&'e Backtrace>;

/// The names of a field that is the error of its event or span, the most telling one first.
const ERRORS: [&str; 4] = [ERROR, "err", "e", "exception"];

/// Whether a field with this name is the error of an event or a span with these fields. One of them
/// is: another error is a field of its own.
pub(super) fn is_the_error(name: &str, fields: &FieldSet) -> bool {
    let the_error = ERRORS.iter().find(|error| fields.field(*error).is_some());
    the_error.is_some_and(|error| *error == name)
}

/// Returns the error and its causes, at most [`CAUSES`] of them.
pub(super) fn chain<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    iter::successors(Some(error), |error| (*error).source()).take(CAUSES + 1)
}

/// Returns the first backtrace of the chain.
pub(super) fn backtrace<'e>(
    error: &'e (dyn Error + 'static),
    find: FindBacktrace,
) -> Option<&'e Backtrace> {
    let captured = |backtrace: &&Backtrace| matches!(backtrace.status(), BacktraceStatus::Captured);
    chain(error).filter_map(find).find(captured)
}

/// Returns the type of an error, as far as it is visible: the kind of an `io::Error`, or else the
/// name with which a derived `Debug` begins, which is that of the struct or the variant.
pub(super) fn type_of(error: &(dyn Error + 'static)) -> Option<String> {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let mut start = DebugStart::default();
    // It ends early, with an error, as soon as the name is complete.
    let _ended_early = match kind {
        Some(kind) => write!(start, "{kind:?}"),
        None => write!(start, "{error:?}"),
    };
    start.name()
}

/// The beginning of a `Debug` text, up to the first character after the name.
#[derive(Default)]
struct DebugStart {
    text: String,
}

impl DebugStart {
    /// Returns the name, if the text is one that `#[derive(Debug)]` writes: `Name`, `Name(..)` or
    /// `Name { .. }`.
    fn name(self) -> Option<String> {
        let end = self.text.find(|letter| !is_in_name(letter));
        let (name, rest) = self.text.split_at(end.unwrap_or(self.text.len()));
        let is_derived = rest.is_empty() || rest.starts_with('(') || rest.starts_with(" {");
        let is_name = name.starts_with(|first: char| first.is_ascii_uppercase());
        (is_name && is_derived && name.len() <= LONGEST_TYPE).then(|| name.to_owned())
    }
}

impl fmt::Write for DebugStart {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LONGEST_TYPE + 2 - self.text.len().min(LONGEST_TYPE + 2);
        self.text.extend(text.chars().take(room));
        let name = self.text.find(|letter| !is_in_name(letter));
        let is_complete = name.is_some_and(|end| self.text.len() > end + 1);
        if is_complete || self.text.len() > LONGEST_TYPE {
            return Err(fmt::Error);
        }
        Ok(())
    }
}

const fn is_in_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("failed")]
    enum Failure {
        Plain,
        Wrapped(#[source] io::Error),
        Named { code: u8 },
    }

    #[derive(thiserror::Error)]
    #[error("failed")]
    struct Shown(&'static str);

    impl fmt::Debug for Shown {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str(self.0)
        }
    }

    fn named(error: impl Error + 'static) -> Option<String> {
        type_of(&error)
    }

    #[test]
    fn type_is_the_name_of_the_variant_or_the_struct() {
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(named(Failure::Plain), name("Plain"));
        assert_eq!(named(Failure::Wrapped(refused())), name("Wrapped"));
        assert_eq!(named(Failure::Named { code: 7 }), name("Named"));
        assert_eq!(named(refused()), name("ConnectionRefused"));
        assert_eq!(named(fmt::Error), name("Error"));
    }

    #[test]
    fn error_that_is_only_text_has_no_type_name() {
        let long = "A".repeat(100).leak();
        for text in ["Connection refused", "refused", "", "\"Text\"", "A-B", long] {
            assert_eq!(named(Shown(text)), None, "{text}");
        }
    }
}
