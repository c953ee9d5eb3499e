//! Reads the variables.

use std::fmt;

use super::{
    error::{ConfigError, ConfigWarning},
    features::FEATURES,
    reading::Reading,
    setting::{ExemplarFilter, Propagator, Setting},
    signals::SIGNALS,
    values,
};
use crate::redaction::Redaction;

type Lookup<'l> = Box<dyn Fn(&str) -> Option<String> + Send + 'l>;

/// The source of variables, with aliases and defaults.
pub struct Environment<'l> {
    lookup: Lookup<'l>,
    pub(super) aliases: Vec<(String, Setting)>,
    pub(super) defaults: Vec<(Setting, String)>,
}

/// The settings that the environment sets.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Configuration {
    /// `service.name`.
    pub service: String,
    /// `service.version`, which only the program sets here. Default: the one in `resource`, if any.
    pub version: Option<String>,
    /// `deployment.environment.name`.
    pub environment: Option<String>,
    /// Further attributes of the resource.
    pub resource: Vec<(String, String)>,
    /// Names of instrumentation scopes, by crate. Only the program sets them.
    pub instrumentation_scopes: Vec<(String, String)>,
    /// The formats in which contexts are propagated.
    pub propagators: Vec<Propagator>,
    /// The observations that become exemplars.
    pub exemplar_filter: ExemplarFilter,
    /// Field names to redact, in addition to those of the program.
    pub redaction: Redaction,
    /// Values that were ignored.
    pub warnings: Vec<ConfigWarning>,
    /// Spans; `None` if the SDK is disabled.
    #[cfg(feature = "trace")]
    pub traces: Option<crate::trace::TraceSettings>,
    /// The collector that spans would be sent to if the command line sets an endpoint.
    #[cfg(feature = "cli")]
    pub(super) collector: Option<crate::trace::OtlpSettings>,
    /// The token of requests to the admin listener that change the program.
    #[cfg(feature = "admin")]
    pub admin_token: Option<crate::redaction::Secret<String>>,
    /// Whether the admin listener serves the console.
    #[cfg(feature = "console")]
    pub console: Option<bool>,
    /// The log.
    #[cfg(feature = "log")]
    pub log: crate::log::LogSettings,
    /// The export of metrics, if it is asked for.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub metrics_otlp: Option<crate::expose::push::MetricPushSettings>,
    /// The export of metrics, if only the program asks for it.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) unasked_metrics: Option<crate::expose::push::MetricPushSettings>,
    /// The export of log records, if it is asked for.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub logs_otlp: Option<crate::log::export::LogExportSettings>,
    /// The export of log records, if only the program asks for it.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub(crate) unasked_logs: Option<crate::log::export::LogExportSettings>,
}

impl<'l> Environment<'l> {
    /// Creates an environment whose variables `lookup` returns.
    pub fn new(lookup: impl Fn(&str) -> Option<String> + Send + 'l) -> Self {
        Self {
            lookup: Box::new(lookup),
            aliases: Vec::new(),
            defaults: Vec::new(),
        }
    }

    /// Returns the environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(|name| {
            let value = std::env::var_os(name)?;
            Some(value.to_string_lossy().into_owned())
        })
    }

    /// Adds a variable for a setting. It applies if the standard variable is not set; the first
    /// alias that is set wins.
    #[must_use]
    pub fn alias(mut self, name: impl Into<String>, setting: Setting) -> Self {
        self.aliases.push((name.into(), setting));
        self
    }

    /// Sets the value of a setting if no variable sets it, written as in the variable.
    #[must_use]
    pub fn default_value(mut self, setting: Setting, value: impl Into<String>) -> Self {
        self.defaults.push((setting, value.into()));
        self
    }

    pub(crate) fn replace_lookup(&mut self, lookup: impl Fn(&str) -> Option<String> + Send + 'l) {
        self.lookup = Box::new(lookup);
    }

    /// Returns a variable that is not a [`Setting`].
    pub(crate) fn look_up(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
    }

    /// Reads the configuration of the service called `service`.
    ///
    /// # Errors
    ///
    /// Returns the first invalid value that may not be ignored.
    pub fn read(&self, service: &str) -> Result<Configuration, ConfigError> {
        let mut reading = Reading::new(self);
        let mut configuration = Configuration::new(service);
        configuration.read_resource(&mut reading)?;
        configuration.propagators = propagators(&mut reading)?;
        let filter = reading.value(Setting::ExemplarFilter, exemplar_filter)?;
        configuration.exemplar_filter = filter.unwrap_or_default();
        let is_disabled = reading.value(Setting::SdkDisabled, values::boolean)?;
        for signal in SIGNALS {
            if is_disabled != Some(true) || signal.ignores_disabled {
                (signal.read)(&mut reading, &mut configuration)?;
            }
        }
        configuration.redaction = redaction(&mut reading)?;
        reading.warn_of_unsupported();
        reading.warn_of_features(&FEATURES);
        configuration.warnings = reading.into_warnings();
        Ok(configuration)
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

impl Configuration {
    fn new(service: &str) -> Self {
        Self {
            service: service.to_owned(),
            redaction: Redaction::none(),
            ..Self::default()
        }
    }

    /// `OTEL_SERVICE_NAME` takes precedence over the attribute, and the attribute over an alias of
    /// the program.
    fn read_resource(&mut self, reading: &mut Reading<'_, '_>) -> Result<(), ConfigError> {
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
        self.environment = match deployed {
            Some(environment) => Some(environment),
            None => reading.value(Setting::DeploymentEnvironment, any)?,
        };
        if let Some(name) = name.or(named) {
            self.service = name;
        }
        self.resource = attributes;
        Ok(())
    }
}

fn redaction(reading: &mut Reading<'_, '_>) -> Result<Redaction, ConfigError> {
    let names = reading.value(Setting::RedactedFields, |text| {
        let names = values::entries(text).fold(Redaction::none(), Redaction::with);
        (names != Redaction::none()).then_some(names)
    })?;
    Ok(names.unwrap_or_else(Redaction::none))
}

fn exemplar_filter(text: &str) -> Option<ExemplarFilter> {
    match text.to_ascii_lowercase().as_str() {
        "trace_based" => Some(ExemplarFilter::TraceBased),
        "always_on" => Some(ExemplarFilter::AlwaysOn),
        "always_off" => Some(ExemplarFilter::AlwaysOff),
        _ => None,
    }
}

/// Ignores unknown propagators, and keeps the others.
fn propagators(reading: &mut Reading<'_, '_>) -> Result<Vec<Propagator>, ConfigError> {
    let known = |entry: &str| match entry.to_ascii_lowercase().as_str() {
        "tracecontext" => Some(Some(Propagator::TraceContext)),
        "baggage" => Some(Some(Propagator::Baggage)),
        "b3" => Some(Some(Propagator::B3)),
        "b3multi" => Some(Some(Propagator::B3Multi)),
        "jaeger" => Some(Some(Propagator::Jaeger)),
        "none" => Some(None),
        _ => None,
    };
    let each = reading.entries(Setting::Propagators, known)?;
    let Some(each) = each else {
        return Ok(vec![Propagator::TraceContext, Propagator::Baggage]);
    };
    let mut propagators = Vec::new();
    for propagator in each.into_iter().flatten() {
        if !propagators.contains(&propagator) {
            propagators.push(propagator);
        }
    }
    Ok(propagators)
}
