//! Values that cannot be.

use super::setting::Setting;

/// The most characters of a wrong value that are shown.
const SHOWN: usize = 64;

/// A variable or an argument has a value that it cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is {value:?}: it has to be {allowed}")]
#[non_exhaustive]
pub struct ConfigError {
    /// Its name.
    pub variable: String,
    /// The beginning of its value; nothing of one that may be secret.
    pub value: String,
    /// What it may be.
    pub allowed: &'static str,
}

/// A variable has a value that is ignored, because the OpenTelemetry specification wants it so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is {value:?}, which is ignored: it has to be {allowed}")]
#[non_exhaustive]
pub struct ConfigWarning {
    /// Its name.
    pub variable: String,
    /// The beginning of its value.
    pub value: String,
    /// What it may be.
    pub allowed: &'static str,
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

/// Its beginning, without what stands before an `@`: an endpoint may have credentials there.
fn shown(value: &str) -> String {
    let bare = match value.rsplit_once('@') {
        Some((_, rest)) if value.contains("://") => format!("…@{rest}"),
        _ => value.to_owned(),
    };
    bare.chars().take(SHOWN).collect()
}
