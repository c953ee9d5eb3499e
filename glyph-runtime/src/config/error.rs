//! Errors and warnings about invalid values.

use std::fmt;

use super::setting::Setting;

/// The limit of characters of an invalid value in a message.
const SHOWN: usize = 64;

/// An error of [`Environment::read`](super::Environment::read): a variable or an argument is
/// invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {variable}={value:?}: {}expected {allowed}", before(reason.as_deref()))]
#[non_exhaustive]
pub struct ConfigError {
    /// The name of the variable.
    pub variable: String,
    /// The beginning of the value. Values that may be secret are left out.
    pub value: String,
    /// The allowed values.
    pub allowed: &'static str,
    /// The part of the value that is wrong, and why, if the value has several parts.
    pub reason: Option<String>,
}

/// A warning: an invalid variable is ignored, as the OpenTelemetry specification requires, or a
/// variable is not supported, or not without a feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct ConfigWarning {
    /// The name of the variable.
    pub variable: String,
    /// The beginning of an invalid value. Empty if the variable is not supported.
    pub value: String,
    /// The allowed values. Empty if the variable is not supported.
    pub allowed: &'static str,
    /// The feature that reads the variable, if it is not enabled.
    pub feature: Option<&'static str>,
}

impl ConfigWarning {
    pub(super) fn unsupported(variable: &str) -> Self {
        Self {
            variable: variable.to_owned(),
            value: String::new(),
            allowed: "",
            feature: None,
        }
    }

    pub(super) fn without_feature(variable: &str, feature: &'static str) -> Self {
        Self {
            feature: Some(feature),
            ..Self::unsupported(variable)
        }
    }
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            variable,
            value,
            allowed,
            feature,
        } = self;
        if let Some(feature) = feature {
            return write!(
                formatter,
                "ignored {variable}: enable the feature {feature}"
            );
        }
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
            reason: None,
        }
    }
}

/// Returns a reason as the beginning of a sentence.
fn before(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!("{reason}; "))
}

impl From<ConfigError> for ConfigWarning {
    fn from(error: ConfigError) -> Self {
        Self {
            variable: error.variable,
            value: error.value,
            allowed: error.allowed,
            feature: None,
        }
    }
}

/// Returns the beginning of a part of a value, quoted.
#[cfg(feature = "log")]
pub(super) fn quoted(part: &str) -> String {
    format!("{:?}", shown(part))
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
