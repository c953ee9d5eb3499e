//! Errors and warnings about invalid values.

use std::fmt;

use super::setting::Setting;

/// The limit of characters of an invalid value in a message.
const SHOWN: usize = 64;

/// An error of [`Environment::read`](super::Environment::read): a variable or an argument is
/// invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {variable}={value:?}: expected {allowed}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The name of the variable.
    pub variable: String,
    /// The beginning of the value. Values that may be secret are left out.
    pub value: String,
    /// The allowed values.
    pub allowed: &'static str,
}

/// A warning: an invalid variable is ignored, as the OpenTelemetry specification requires, or a
/// variable of the specification is not supported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ConfigWarning {
    /// The name of the variable.
    pub variable: String,
    /// The beginning of an invalid value. Empty if the variable is not supported.
    pub value: String,
    /// The allowed values. Empty if the variable is not supported.
    pub allowed: &'static str,
}

impl ConfigWarning {
    pub(super) fn unsupported(variable: &str) -> Self {
        Self {
            variable: variable.to_owned(),
            value: String::new(),
            allowed: "",
        }
    }
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            variable,
            value,
            allowed,
        } = self;
        if allowed.is_empty() {
            return write!(formatter, "ignored {variable}: glyph does not support it");
        }
        write!(
            formatter,
            "ignored invalid {variable}={value:?}: expected {allowed}"
        )
    }
}

impl ConfigError {
    pub(super) fn new(variable: &str, value: &str, setting: Setting) -> Self {
        Self {
            variable: variable.to_owned(),
            value: if setting.is_secret() {
                "…".to_owned()
            } else {
                shown(value)
            },
            allowed: setting.allowed(),
        }
    }
}

impl From<ConfigError> for ConfigWarning {
    fn from(error: ConfigError) -> Self {
        Self {
            variable: error.variable,
            value: error.value,
            allowed: error.allowed,
        }
    }
}

/// Returns the beginning of a value, without the part before an `@`: an endpoint may have
/// credentials there.
fn shown(value: &str) -> String {
    let bare = match value.rsplit_once('@') {
        Some((_, rest)) if value.contains("://") => format!("…@{rest}"),
        _ => value.to_owned(),
    };
    bare.chars().take(SHOWN).collect()
}
