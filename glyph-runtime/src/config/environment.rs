//! Reads the variables.

use std::fmt;

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
use super::push::Pushed;
use super::{
    error::{ConfigError, ConfigWarning},
    setting::{Propagator, Setting, Wrong},
    values,
};
use crate::redaction::Redaction;

type Lookup<'l> = Box<dyn Fn(&str) -> Option<String> + Send + 'l>;

/// Where variables are looked up, and under which other names.
pub struct Environment<'l> {
    lookup: Lookup<'l>,
    aliases: Vec<(String, Setting)>,
    defaults: Vec<(Setting, String)>,
}

/// What the environment says.
#[derive(Debug)]
#[non_exhaustive]
pub struct Configuration {
    /// `service.name`.
    pub service: String,
    /// `deployment.environment.name`.
    pub environment: Option<String>,
    /// How a context crosses the border of a process.
    pub propagators: Vec<Propagator>,
    /// Spans; `None` if the SDK is disabled.
    #[cfg(feature = "trace")]
    pub traces: Option<crate::trace::Settings>,
    /// Metrics, if they are to be pushed.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub metrics_otlp: Option<crate::expose::otlp::Settings>,
    /// Log records, if they are to be sent.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub logs_otlp: Option<crate::log::export::Settings>,
    /// How metrics would be pushed if the program asks for it.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) unasked_metrics: Option<crate::expose::otlp::Settings>,
    /// How log records would be sent if the program asks for it.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub(crate) unasked_logs: Option<crate::log::export::Settings>,
    /// The collector for spans as it would be, were there one.
    #[cfg(feature = "cli")]
    pub(crate) collector: Option<crate::trace::OtlpSettings>,
    /// The log.
    #[cfg(feature = "log")]
    pub log: crate::log::Settings,
    /// Names that are redacted beside those that the program says.
    pub redaction: Redaction,
    /// Values that were ignored.
    pub warnings: Vec<ConfigWarning>,
}

impl<'l> Environment<'l> {
    /// Variables as `lookup` finds them.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + 'l) -> Self {
        Self {
            lookup: Box::new(lookup),
            aliases: Vec::new(),
            defaults: Vec::new(),
        }
    }

    /// The variables of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(|name| {
            let value = std::env::var_os(name)?;
            Some(value.to_string_lossy().into_owned())
        })
    }

    /// One more name for a setting, which counts where the standard one is not set; of several the first counts.
    #[must_use]
    pub fn alias(mut self, name: impl Into<String>, setting: Setting) -> Self {
        self.aliases.push((name.into(), setting));
        self
    }

    /// What a setting is where no variable sets it, written as in the variable.
    #[must_use]
    pub fn default_value(mut self, setting: Setting, value: impl Into<String>) -> Self {
        self.defaults.push((setting, value.into()));
        self
    }

    pub(crate) fn replace_lookup(&mut self, lookup: impl Fn(&str) -> Option<String> + Send + 'l) {
        self.lookup = Box::new(lookup);
    }

    #[cfg(feature = "admin")]
    pub(crate) fn look_up(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
    }

    /// Everything that the environment says to the service called `service`.
    ///
    /// # Errors
    ///
    /// The first value that cannot be.
    pub fn read(&self, service: &str) -> Result<Configuration, ConfigError> {
        let mut reading = Reading {
            environment: self,
            warnings: Vec::new(),
        };
        let resource = Resource::read(&mut reading, service)?;
        let propagators = reading.propagators()?;
        #[cfg(feature = "trace")]
        let disabled = reading
            .value(Setting::SdkDisabled, values::boolean)?
            .unwrap_or(false);
        #[cfg(feature = "trace")]
        let traces = (!disabled).then(|| reading.traces(&resource)).transpose()?;
        #[cfg(feature = "log")]
        let log = reading.log()?;
        #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
        let metrics = (!disabled)
            .then(|| reading.metrics(&resource))
            .transpose()?;
        #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
        let (metrics_otlp, unasked_metrics) = Pushed::split(metrics);
        #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
        let logs = (!disabled)
            .then(|| reading.log_records(&resource, &log))
            .transpose()?;
        #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
        let (logs_otlp, unasked_logs) = Pushed::split(logs);
        #[cfg(feature = "trace")]
        let (traces, collector) = traces.unzip();
        #[cfg(all(feature = "trace", not(feature = "cli")))]
        drop(collector);
        Ok(Configuration {
            #[cfg(feature = "trace")]
            traces,
            #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
            metrics_otlp,
            #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
            unasked_metrics,
            #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
            logs_otlp,
            #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
            unasked_logs,
            #[cfg(feature = "cli")]
            collector,
            #[cfg(feature = "log")]
            log,
            service: resource.service,
            environment: resource.environment,
            propagators,
            redaction: reading.redaction()?,
            warnings: reading.warnings,
        })
    }
}

impl fmt::Debug for Environment<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Environment")
            .field("aliases", &self.aliases)
            .finish_non_exhaustive()
    }
}

/// Who the telemetry is from.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) service: String,
    pub(super) environment: Option<String>,
    #[cfg_attr(not(feature = "trace"), expect(dead_code, reason = "spans have it"))]
    pub(super) attributes: Vec<(String, String)>,
}

impl Resource {
    fn read(reading: &mut Reading<'_, '_>, service: &str) -> Result<Self, ConfigError> {
        let attributes = reading.value(Setting::ResourceAttributes, values::pairs)?;
        let mut attributes = attributes.unwrap_or_default();
        let mut take = |wanted: &str| {
            let at = attributes.iter().rposition(|(name, _)| name == wanted)?;
            let (_, value) = attributes.remove(at);
            (!value.is_empty()).then_some(value)
        };
        let (named, deployed) = (take("service.name"), take("deployment.environment.name"));
        let any = |text: &str| Some(text.to_owned());
        let name = reading.value(Setting::ServiceName, any)?;
        let environment = match deployed {
            Some(environment) => Some(environment),
            None => reading.value(Setting::DeploymentEnvironment, any)?,
        };
        Ok(Self {
            service: name.or(named).unwrap_or_else(|| service.to_owned()),
            environment,
            attributes,
        })
    }
}

/// A reading of all variables, under way.
pub(super) struct Reading<'e, 'l> {
    environment: &'e Environment<'l>,
    warnings: Vec<ConfigWarning>,
}

/// A value, and where it is from.
struct Found {
    name: String,
    text: String,
    /// The program's own name or default, which is never ignored.
    own: bool,
}

impl Reading<'_, '_> {
    /// What a setting is, as `parse` reads it.
    pub(super) fn value<T>(
        &mut self,
        setting: Setting,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let found = self.found(setting);
        self.first(setting, found, parse)
    }

    /// What a signal's own variable says.
    #[cfg(feature = "trace")]
    pub(super) fn own_value<T>(
        &mut self,
        setting: Setting,
        signal: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let found = setting
            .variable_of(signal)
            .and_then(|name| self.set(name, false));
        self.first(setting, found.into_iter().collect(), parse)
    }

    /// The first that is not to be ignored.
    fn first<T>(
        &mut self,
        setting: Setting,
        found: Vec<Found>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        for Found { name, text, own } in found {
            if let Some(value) = parse(&text) {
                return Ok(Some(value));
            }
            let error = ConfigError::new(&name, &text, setting);
            if own || setting.wrong() == Wrong::Error {
                return Err(error);
            }
            self.warn(error);
        }
        Ok(None)
    }

    /// Once, also for what is read for each signal.
    fn warn(&mut self, error: ConfigError) {
        let warning = error.into();
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// All that is said of a setting, what counts most at first.
    fn found(&self, setting: Setting) -> Vec<Found> {
        let standard = setting.variable().and_then(|name| self.set(name, false));
        let mut found: Vec<_> = standard.into_iter().collect();
        let Environment {
            aliases, defaults, ..
        } = self.environment;
        for (alias, of) in aliases {
            if *of == setting {
                found.extend(self.set(alias.clone(), true));
            }
        }
        for (of, value) in defaults {
            if *of == setting {
                found.push(Found {
                    name: format!("the default of {setting:?}"),
                    text: value.clone(),
                    own: true,
                });
            }
        }
        found
    }

    fn set(&self, name: String, own: bool) -> Option<Found> {
        let text = (self.environment.lookup)(&name)?.trim().to_owned();
        (!text.is_empty()).then_some(Found { name, text, own })
    }

    fn redaction(&mut self) -> Result<Redaction, ConfigError> {
        let names = self.value(Setting::RedactedFields, |text| {
            let names = values::words(text).fold(Redaction::none(), Redaction::with);
            (names != Redaction::none()).then_some(names)
        })?;
        Ok(names.unwrap_or_else(Redaction::none))
    }

    /// Unknown ones are ignored, the others stay.
    fn propagators(&mut self) -> Result<Vec<Propagator>, ConfigError> {
        let both = vec![Propagator::TraceContext, Propagator::Baggage];
        let known = |word: &str| match word {
            "tracecontext" => Some(Some(Propagator::TraceContext)),
            "baggage" => Some(Some(Propagator::Baggage)),
            "none" => Some(None),
            _ => None,
        };
        if let Some(Found { name, text, own }) = self.found(Setting::Propagators).into_iter().next()
        {
            let mut propagators = Vec::new();
            for word in values::words(&text) {
                match known(word) {
                    Some(Some(propagator)) if propagators.contains(&propagator) => {}
                    Some(propagator) => propagators.extend(propagator),
                    None => {
                        let error = ConfigError::new(&name, word, Setting::Propagators);
                        if own {
                            return Err(error);
                        }
                        self.warn(error);
                    }
                }
            }
            return Ok(propagators);
        }
        Ok(both)
    }
}
