//! Labels that the metrics of servers and clients share.

use super::ErrorType;
use crate::{Label, edge::label_value};
use glyph_core::label::OpenValues;

/// The system of a call (OpenTelemetry semantic conventions, `rpc.system.name`).
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate)]
pub enum System {
    /// `grpc`
    Grpc,
}

/// How a call failed, as a label of calls that may have succeeded (OpenTelemetry semantic
/// conventions, `error.type`).
///
/// Without a failure its value is empty: Prometheus treats that as a label that is absent.
///
/// ```
/// use glyph_runtime::{Label, grpc::{ErrorLabel, ErrorType}};
///
/// let failed = ErrorLabel::from(Some(ErrorType::Timeout));
/// failed.with_text(|text| assert_eq!(text, "timeout"));
/// ErrorLabel::from(None).with_text(|text| assert_eq!(text, ""));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ErrorLabel(pub Option<ErrorType>);

const ERRORS: [&str; 6] = ["", "status", "transport", "timeout", "cancelled", "panic"];

impl From<Option<ErrorType>> for ErrorLabel {
    fn from(error: Option<ErrorType>) -> Self {
        Self(error)
    }
}

impl Label for ErrorLabel {
    const VALUES: Option<&'static [&'static str]> = Some(&ERRORS);
    const ANY: Self = Self(None);

    fn digit(&self, _: Option<(&OpenValues, usize)>) -> usize {
        self.0.map_or(0, |error| 1 + error as usize)
    }

    fn literal(index: usize, text: &'static str) -> Self {
        Self(
            index
                .checked_sub(1)
                .map(|index| ErrorType::literal(index, text)),
        )
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(label_value::at(Self::VALUES, self.digit(None)))
    }
}

#[cfg(test)]
mod tests {
    use super::{ERRORS, ErrorType};
    use crate::Label;

    #[test]
    fn values_are_those_of_error_types() {
        assert_eq!(ErrorType::VALUES, ERRORS.get(1..));
    }
}
