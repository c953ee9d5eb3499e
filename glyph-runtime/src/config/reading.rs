//! Reads values of variables, aliases and defaults.

use super::{
    environment::Environment,
    error::{ConfigError, ConfigWarning},
    features::{Feature, without_feature},
    setting::{Setting, Wrong},
    specification::UNSUPPORTED,
    values,
};

/// Reads the variables of an environment, and collects warnings.
pub(super) struct Reading<'e, 'l> {
    environment: &'e Environment<'l>,
    warnings: Vec<ConfigWarning>,
}

/// A value and its source.
pub(super) struct Found {
    name: String,
    text: String,
    /// Whether an alias or a default of the program sets it. Such a value is never ignored.
    is_own: bool,
}

impl<'e, 'l> Reading<'e, 'l> {
    pub(super) fn new(environment: &'e Environment<'l>) -> Self {
        Self {
            environment,
            warnings: Vec::new(),
        }
    }

    pub(super) fn into_warnings(self) -> Vec<ConfigWarning> {
        self.warnings
    }

    /// Returns the value of a setting, as `parse` reads it.
    pub(super) fn value<T>(
        &mut self,
        setting: Setting,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let found = self.found(setting);
        self.first(setting, found, parse)
    }

    /// Returns the entries of a list that `parse` accepts. `None` if the setting is not set.
    pub(super) fn entries<T>(
        &mut self,
        setting: Setting,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<T>>, ConfigError> {
        let Some(Found { name, text, is_own }) = self.found(setting).into_iter().next() else {
            return Ok(None);
        };
        let mut known = Vec::new();
        for entry in values::entries(&text) {
            match parse(entry) {
                Some(value) => known.push(value),
                None => self.reject(ConfigError::new(&name, entry, setting), setting, is_own)?,
            }
        }
        Ok(Some(known))
    }

    /// Returns the first value that is not ignored.
    pub(super) fn first<T>(
        &mut self,
        setting: Setting,
        found: impl IntoIterator<Item = Found>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        for Found { name, text, is_own } in found {
            match parse(&text) {
                Some(value) => return Ok(Some(value)),
                None => self.reject(ConfigError::new(&name, &text, setting), setting, is_own)?,
            }
        }
        Ok(None)
    }

    /// Returns the value of a setting, as `parse` reads it, or else the reason that `parse` gives.
    #[cfg(feature = "log")]
    pub(super) fn explained<T>(
        &mut self,
        setting: Setting,
        parse: impl Fn(&str) -> Result<T, Option<String>>,
    ) -> Result<Option<T>, ConfigError> {
        for Found { name, text, is_own } in self.found(setting) {
            match parse(&text) {
                Ok(value) => return Ok(Some(value)),
                Err(reason) => {
                    let error = ConfigError::new(&name, &text, setting);
                    self.reject(ConfigError { reason, ..error }, setting, is_own)?;
                }
            }
        }
        Ok(None)
    }

    /// Returns an invalid value as an error, or keeps a warning about it.
    ///
    /// A general variable is read for each signal, and gets only one warning.
    fn reject(
        &mut self,
        error: ConfigError,
        setting: Setting,
        is_own: bool,
    ) -> Result<(), ConfigError> {
        if is_own || setting.wrong() == Wrong::Error {
            return Err(error);
        }
        let warning = error.into();
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
        Ok(())
    }

    /// Returns all values of a setting, in order of precedence.
    fn found(&self, setting: Setting) -> Vec<Found> {
        let lower_case = setting.variable().filter(|_| setting.is_proxy());
        let lower_case = lower_case.map(|name| name.to_ascii_lowercase());
        let variable = setting
            .variable()
            .filter(|_| !self.is_set_by_clients(setting));
        let names = variable.into_iter().chain(lower_case);
        let mut found: Vec<_> = names.filter_map(|name| self.set(name, false)).collect();
        for (alias, of) in &self.environment.aliases {
            if *of == setting {
                found.extend(self.set(alias.clone(), true));
            }
        }
        for (of, value) in &self.environment.defaults {
            if *of == setting {
                found.push(Found {
                    name: format!("default of {setting:?}"),
                    text: value.clone(),
                    is_own: true,
                });
            }
        }
        found
    }

    /// Whether the client of a CGI server sets the variable: `HTTP_PROXY` is its header `Proxy`. The
    /// variable in lower case is not.
    fn is_set_by_clients(&self, setting: Setting) -> bool {
        setting == Setting::HttpProxy && self.set("REQUEST_METHOD".to_owned(), false).is_some()
    }

    /// Warns about each variable of the specification that is set and not supported.
    pub(super) fn warn_of_unsupported(&mut self) {
        for name in UNSUPPORTED {
            if self.is_set_for_glyph(name) {
                self.warnings.push(ConfigWarning::unsupported(name));
            }
        }
    }

    /// Warns about each variable that is set for a feature that is not enabled.
    pub(super) fn warn_of_features(&mut self, features: &[Feature]) {
        for (name, feature) in without_feature(features) {
            if self.is_set_for_glyph(&name) {
                let warning = ConfigWarning::without_feature(&name, feature);
                self.warnings.push(warning);
            }
        }
    }

    /// Whether a variable is set, and is no alias of the program.
    fn is_set_for_glyph(&self, name: &str) -> bool {
        let mut aliases = self.environment.aliases.iter();
        !aliases.any(|(alias, _)| alias == name) && self.set(name.to_owned(), false).is_some()
    }

    /// Returns a variable, unless it is empty.
    pub(super) fn set(&self, name: String, is_own: bool) -> Option<Found> {
        let text = self.environment.look_up(&name)?.trim().to_owned();
        (!text.is_empty()).then_some(Found { name, text, is_own })
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;
    use crate::config::{Environment, Setting, features::Feature};

    #[test]
    fn variable_of_a_missing_feature_warns_unless_it_is_an_alias() {
        let set = |name: &str| name.starts_with("OTEL_EXPORTER_").then(|| "x".to_owned());
        let environment = Environment::new(set).alias(
            "OTEL_EXPORTER_PROMETHEUS_HOST",
            Setting::DeploymentEnvironment,
        );
        let mut reading = Reading::new(&environment);
        reading.warn_of_features(&[Feature {
            name: "admin",
            is_enabled: false,
            prefixes: &["OTEL_EXPORTER_PROMETHEUS_"],
        }]);
        let warnings = reading.into_warnings();
        let texts: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        let expected = "ignored OTEL_EXPORTER_PROMETHEUS_PORT: enable the feature admin";
        assert_eq!(texts, [expected]);
    }
}
